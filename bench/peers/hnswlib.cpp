// The peer of bench/index: hnswlib (Malkov, Yashunin 2018) behind lines of text, so that a bench can alternate rounds with it.
//
//   g++ -std=c++17 -O3 -march=native -pthread -o hnswlib hnswlib.cpp
//   hnswlib FOLDER N D Q l2|ip M EF_CONSTRUCTION THREADS [INDEX]
//
// FOLDER has rows.f32 (N x D), queries.f32 (Q x D) and truth.i32 (Q x 10, the exact nearest), all little-endian. INDEX is loaded where
// it is there and fits, else the index is built on THREADS threads. With M 0 there is no graph but hnswlib's scan of all rows; EF means
// nothing to it. The first line of output tells of the building. Then each line of input is answered by one of output, a JSON object:
//
//   search EF   all queries one after another on one thread, k = 10
//   save FILE   the index
//   rss         bytes resident
//   quit        ends; so does the end of input
#if !__has_include(<hnswlib/hnswlib.h>)
#error "hnswlib's headers are not installed (Debian: apt-get install libhnswlib-dev)"
#endif
#include <hnswlib/hnswlib.h>

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t K = 10;

using Searched = hnswlib::AlgorithmInterface<float>;
using Index = hnswlib::HierarchicalNSW<float>;
using Scan = hnswlib::BruteforceSearch<float>;

double seconds(clockid_t clock) {
    timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

template <typename T>
std::vector<T> numbers(const std::string& file, size_t count) {
    std::ifstream in(file, std::ios::binary);
    std::vector<T> values(count);
    if (!in.read(reinterpret_cast<char*>(values.data()), count * sizeof(T)) || in.peek() != EOF) {
        throw std::runtime_error(file + " does not hold " + std::to_string(count) + " numbers");
    }
    return values;
}

const char* instructions() {
#if defined(USE_AVX512)
    return "AVX-512";
#elif defined(USE_AVX)
    return "AVX";
#elif defined(USE_SSE)
    return "SSE";
#else
    return "none";
#endif
}

void build(Searched& index, const std::vector<float>& rows, size_t n, size_t d, size_t threads) {
    index.addPoint(rows.data(), 0);
    std::atomic<size_t> next{1};
    std::exception_ptr failure;
    std::mutex failing;
    auto work = [&] {
        try {
            for (size_t i = next++; i < n; i = next++) {
                index.addPoint(rows.data() + i * d, i);
            }
        } catch (...) {
            std::lock_guard<std::mutex> lock(failing);
            failure = std::current_exception();
        }
    };
    std::vector<std::thread> others;
    for (size_t t = 1; t < threads; t++) {
        others.emplace_back(work);
    }
    work();
    for (auto& other : others) {
        other.join();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

// Null where there is none or it is of other data or settings.
std::unique_ptr<Index> load(hnswlib::SpaceInterface<float>& space, const std::string& file, const std::vector<float>& rows, size_t n,
                            size_t m, size_t efConstruction) {
    if (file.empty() || !std::ifstream(file)) {
        return nullptr;
    }
    try {
        auto index = std::make_unique<Index>(&space, file);
        // The constructor that loads leaves it to chance, and with it whether searches look for deleted rows; here are none.
        index->num_deleted_ = 0;
        bool fits = index->cur_element_count == n && index->M_ == m && index->ef_construction_ == efConstruction &&
                    index->label_offset_ - index->offsetData_ == space.get_data_size();
        for (size_t i = 0; fits && i < n; i++) {
            size_t label = index->getExternalLabel(i);
            fits = label < n && std::memcmp(index->getDataByInternalId(i), rows.data() + label * (rows.size() / n),
                                            space.get_data_size()) == 0;
        }
        return fits ? std::move(index) : nullptr;
    } catch (const std::exception&) {
        return nullptr;
    }
}

size_t right(std::priority_queue<std::pair<float, hnswlib::labeltype>> found, const int32_t* truth) {
    size_t count = 0;
    for (; !found.empty(); found.pop()) {
        count += std::find(truth, truth + K, static_cast<int32_t>(found.top().second)) != truth + K;
    }
    return count;
}

void search(Searched& index, size_t ef, const std::vector<float>& queries, const std::vector<int32_t>& truth, size_t d) {
    size_t q = truth.size() / K;
    if (auto* graph = dynamic_cast<Index*>(&index)) {
        graph->setEf(ef);
    }
    std::vector<double> micros(q);
    std::vector<std::priority_queue<std::pair<float, hnswlib::labeltype>>> found(q);
    double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < q; i++) {
        double from = seconds(CLOCK_MONOTONIC);
        found[i] = index.searchKnn(queries.data() + i * d, K);
        micros[i] = (seconds(CLOCK_MONOTONIC) - from) * 1e6;
    }
    cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    size_t hits = 0;
    for (size_t i = 0; i < q; i++) {
        hits += right(std::move(found[i]), truth.data() + i * K);
    }
    std::nth_element(micros.begin(), micros.begin() + q / 2, micros.end());
    std::printf("{\"ef\":%zu,\"recall\":%.6f,\"cpuSeconds\":%.6f,\"queriesPerCpuSecond\":%.2f,\"p50Micros\":%.2f}\n", ef,
                static_cast<double>(hits) / (q * K), cpu, q / cpu, micros[q / 2]);
}

size_t residentBytes() {
    size_t all = 0;
    size_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

void serve(Searched& index, const std::vector<float>& queries, const std::vector<int32_t>& truth, size_t d) {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        size_t ef = 0;
        std::string file;
        if (command == "quit") {
            return;
        } else if (command == "search" && words >> ef && ef >= 1) {
            search(index, ef, queries, truth, d);
        } else if (command == "save" && std::getline(words >> std::ws, file)) {
            index.saveIndex(file + ".part");
            bool saved = std::rename((file + ".part").c_str(), file.c_str()) == 0;
            std::printf("{\"saved\":%s}\n", saved ? "true" : "false");
        } else if (command == "rss") {
            std::printf("{\"rssBytes\":%zu}\n", residentBytes());
        } else {
            std::printf("{\"error\":\"not understood\"}\n");
        }
        std::fflush(stdout);
    }
}

void run(char** words, int count) {
    std::string folder = words[1];
    size_t n = std::stoul(words[2]);
    size_t d = std::stoul(words[3]);
    size_t q = std::stoul(words[4]);
    std::string metric = words[5];
    size_t m = std::stoul(words[6]);
    size_t efConstruction = std::stoul(words[7]);
    size_t threads = std::stoul(words[8]);
    std::string kept = count > 9 ? words[9] : "";
    if ((metric != "l2" && metric != "ip") || n < K || q == 0) {
        throw std::runtime_error("the metric is l2 or ip; there are at least ten rows and one query");
    }
    auto queries = numbers<float>(folder + "/queries.f32", q * d);
    auto truth = numbers<int32_t>(folder + "/truth.i32", q * K);
    std::unique_ptr<hnswlib::SpaceInterface<float>> space;
    if (metric == "l2") {
        space = std::make_unique<hnswlib::L2Space>(d);
    } else {
        space = std::make_unique<hnswlib::InnerProductSpace>(d);
    }
    auto rows = numbers<float>(folder + "/rows.f32", n * d);
    std::unique_ptr<Searched> index;
    if (m > 0) {
        index = load(*space, kept, rows, n, m, efConstruction);
    }
    bool loaded = index != nullptr;
    double wall = 0;
    double cpu = 0;
    if (!loaded) {
        wall = seconds(CLOCK_MONOTONIC);
        cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (m > 0) {
            index = std::make_unique<Index>(space.get(), n, m, efConstruction);
        } else {
            index = std::make_unique<Scan>(space.get(), n);
        }
        build(*index, rows, n, d, threads);
        wall = seconds(CLOCK_MONOTONIC) - wall;
        cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    }
    std::vector<float>().swap(rows);
    std::printf("{\"peer\":\"hnswlib%s\",\"instructions\":\"%s\",\"loaded\":%s", m > 0 ? "" : " scan", instructions(),
                loaded ? "true" : "false");
    if (!loaded) {
        std::printf(",\"buildWallSeconds\":%.3f,\"buildCpuSeconds\":%.3f,\"threads\":%zu", wall, cpu, threads);
    }
    std::printf("}\n");
    std::fflush(stdout);
    serve(*index, queries, truth, d);
}

}  // namespace

int main(int count, char** words) {
    if (count < 9 || count > 10) {
        std::fprintf(stderr, "usage: hnswlib FOLDER N D Q l2|ip M EF_CONSTRUCTION THREADS [INDEX]\n");
        return 2;
    }
    try {
        run(words, count);
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "hnswlib: %s\n", e.what());
        return 1;
    }
}
