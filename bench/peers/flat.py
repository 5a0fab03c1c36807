#!/usr/bin/python3
"""The peer of bench/index that scans all rows, FAISS' IndexFlat, behind lines of text; also FAISS' HNSW.

    flat.py FOLDER N D Q l2|ip [M EF_CONSTRUCTION THREADS]

FOLDER has rows.f32 (N x D), queries.f32 (Q x D) and truth.i32 (Q x 10, the exact nearest), all little-endian. With M the index is
IndexHNSWFlat, else IndexFlat. The first line of output tells of the building. Then each line of input is answered by one of output, a
JSON object:

    search EF   all queries one after another on one thread, k = 10; EF means nothing to a scan
    rss         bytes resident
    quit        ends; so does the end of input
"""

import json
import os
import sys
import time

try:
    import faiss
    import numpy
except ImportError as missing:
    sys.exit(f"flat.py: {missing} (Debian: apt-get install python3-faiss)")

K = 10


def numbers(folder, name, kind, rows, columns):
    values = numpy.fromfile(os.path.join(folder, name), dtype=kind)
    if values.size != rows * columns:
        sys.exit(f"flat.py: {name} does not hold {rows} x {columns} numbers")
    return values.reshape(rows, columns)


def say(**fields):
    print(json.dumps(fields, separators=(",", ":")), flush=True)


def search(index, ef, queries, truth):
    if isinstance(index, faiss.IndexHNSW):
        index.hnsw.efSearch = ef
    count = len(queries)
    found = numpy.empty((count, K), dtype=numpy.int64)
    micros = numpy.empty(count)
    cpu = time.process_time()
    for i in range(count):
        start = time.perf_counter()
        found[i] = index.search(queries[i : i + 1], K)[1][0]
        micros[i] = (time.perf_counter() - start) * 1e6
    cpu = time.process_time() - cpu
    right = sum(len(set(a) & set(b)) for a, b in zip(found.tolist(), truth.tolist()))
    say(
        ef=ef,
        recall=right / (count * K),
        cpuSeconds=round(cpu, 6),
        queriesPerCpuSecond=round(count / cpu, 2),
        p50Micros=round(float(numpy.median(micros)), 2),
    )


def resident_bytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(words):
    if len(words) not in (5, 8) or words[4] not in ("l2", "ip"):
        sys.exit("usage: flat.py FOLDER N D Q l2|ip [M EF_CONSTRUCTION THREADS]")
    folder = words[0]
    n, d, q = map(int, words[1:4])
    metric = faiss.METRIC_L2 if words[4] == "l2" else faiss.METRIC_INNER_PRODUCT
    rows = numbers(folder, "rows.f32", "<f4", n, d)
    queries = numbers(folder, "queries.f32", "<f4", q, d)
    truth = numbers(folder, "truth.i32", "<i4", q, K)
    threads = 1
    if len(words) == 8:
        m, ef_construction, threads = map(int, words[5:])
        index = faiss.IndexHNSWFlat(d, m, metric)
        index.hnsw.efConstruction = ef_construction
    else:
        index = faiss.IndexFlat(d, metric)
    faiss.omp_set_num_threads(threads)
    wall = time.perf_counter()
    cpu = time.process_time()
    index.add(rows)
    wall = time.perf_counter() - wall
    cpu = time.process_time() - cpu
    del rows
    faiss.omp_set_num_threads(1)
    say(
        peer=f"faiss {faiss.__version__} {type(index).__name__}",
        instructions=faiss.get_compile_options().strip(),
        loaded=False,
        buildWallSeconds=round(wall, 3),
        buildCpuSeconds=round(cpu, 3),
        threads=threads,
    )
    for line in sys.stdin:
        command = line.split()
        if command == ["quit"]:
            return
        if len(command) == 2 and command[0] == "search" and command[1].isdigit() and int(command[1]) >= 1:
            search(index, int(command[1]), queries, truth)
        elif command == ["rss"]:
            say(rssBytes=resident_bytes())
        else:
            say(error="not understood")


main(sys.argv[1:])
