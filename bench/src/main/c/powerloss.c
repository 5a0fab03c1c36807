/*
 * Records what a program does to the files of one folder, in order, for bench/crash: the log from which a disk is
 * rebuilt as it would stand after a loss of power (Disk.java reads it).
 *
 *   gcc -O2 -shared -fPIC -o powerloss.so powerloss.c
 *   POWERLOSS_FOLDER=/folder POWERLOSS_LOG=/elsewhere/log LD_PRELOAD=./powerloss.so program
 *
 * A call and its record are made under one lock, so the log has the order of the files themselves. Only a sync is two
 * records, one before and one after, since others may write meanwhile: what it promises are the writes before the first.
 * What would change a file unseen (a shared writable mapping, a copy within the kernel) is recorded as such, so that a
 * log that lacks something says so.
 *
 * A record, in the machine's byte order: kind (u32), descriptor (i32), a (i64), length (u64), then so many bytes.
 */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    OPEN = 1,       /* a: flags; bytes: path within the folder */
    OPEN_FOLDER,    /* bytes: path within the folder, empty for itself */
    WRITE,          /* a: offset; bytes: what was written */
    RESIZE,         /* a: length */
    ALLOCATE,       /* a: least length */
    SYNC_BEGIN,     /* a: thread */
    SYNC_END,       /* a: thread */
    CLOSE,
    UNLINK,         /* bytes: path */
    RENAME,         /* bytes: path, 0, path */
    UNSEEN,         /* bytes: what could not be recorded */
};

enum { FILES = 1 << 16 };

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int out = -1;
static const char *folder;
static size_t folder_length;
static unsigned char watched[FILES];

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_truncate)(const char *, off_t);
static int (*real_fallocate)(int, int, off_t, off_t);
static int (*real_posix_fallocate)(int, off_t, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_rename)(const char *, const char *);
static int (*real_close)(int);
static int (*real_closedir)(DIR *);
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);
static ssize_t (*real_sendfile)(int, int, off_t *, size_t);
static ssize_t (*real_copy_file_range)(int, off_t *, int, off_t *, size_t, unsigned);

static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open64");
    real_openat = dlsym(RTLD_NEXT, "openat64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_truncate = dlsym(RTLD_NEXT, "truncate64");
    real_fallocate = dlsym(RTLD_NEXT, "fallocate64");
    real_posix_fallocate = dlsym(RTLD_NEXT, "posix_fallocate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_unlinkat = dlsym(RTLD_NEXT, "unlinkat");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_close = dlsym(RTLD_NEXT, "close");
    real_closedir = dlsym(RTLD_NEXT, "closedir");
    real_mmap = dlsym(RTLD_NEXT, "mmap64");
    real_sendfile = dlsym(RTLD_NEXT, "sendfile64");
    real_copy_file_range = dlsym(RTLD_NEXT, "copy_file_range");
    const char *log = getenv("POWERLOSS_LOG");
    folder = getenv("POWERLOSS_FOLDER");
    if (log != NULL && folder != NULL) {
        folder_length = strlen(folder);
        out = real_open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        if (out < 0) {
            abort();
        }
    }
}

static void ready(void) { pthread_once(&once, begin); }

/* The path within the folder, or NULL outside of it. Paths are absolute; the bench sees to that. */
static const char *within(const char *path) {
    ready();
    if (out < 0 || path == NULL || strncmp(path, folder, folder_length) != 0) {
        return NULL;
    }
    const char *rest = path + folder_length;
    return *rest == '/' ? rest + 1 : *rest == 0 ? rest : NULL;
}

static int seen(int fd) {
    ready();
    return out >= 0 && fd >= 0 && fd < FILES && watched[fd];
}

static void record(uint32_t kind, int32_t fd, int64_t a, const void *bytes, uint64_t length) {
    int kept = errno;
    struct __attribute__((packed)) {
        uint32_t kind;
        int32_t fd;
        int64_t a;
        uint64_t length;
    } head = {kind, fd, a, length};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, length}};
    if (syscall(SYS_writev, out, parts, length > 0 ? 2 : 1) != (long)(sizeof head + length)) {
        abort(); /* a log with a hole would prove nothing */
    }
    errno = kept;
}

static void unseen(const char *what) {
    pthread_mutex_lock(&order);
    record(UNSEEN, -1, 0, what, strlen(what));
    pthread_mutex_unlock(&order);
}

static int opened(const char *path, const char *name, int flags, mode_t mode) {
    pthread_mutex_lock(&order);
    int fd = real_open(path, flags, mode);
    if (fd >= 0) {
        struct stat about;
        if (fd >= FILES || fstat(fd, &about) != 0) {
            abort();
        }
        watched[fd] = 1;
        record(S_ISDIR(about.st_mode) ? OPEN_FOLDER : OPEN, fd, flags, name, strlen(name));
    }
    pthread_mutex_unlock(&order);
    return fd;
}

static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = mode_of(flags, more);
    va_end(more);
    const char *name = within(path);
    return name == NULL ? real_open(path, flags, mode) : opened(path, name, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = mode_of(flags, more);
    va_end(more);
    return open64(path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = mode_of(flags, more);
    va_end(more);
    const char *name = within(path);
    if (name != NULL) {
        return opened(path, name, flags, mode);
    }
    if (*path != '/' && seen(at) && (flags & O_ACCMODE) != O_RDONLY) {
        unseen("openat beneath a folder");
    }
    return real_openat(at, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = mode_of(flags, more);
    va_end(more);
    return openat64(at, path, flags, mode);
}

int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int creat(const char *path, mode_t mode) { return creat64(path, mode); }

ssize_t write(int fd, const void *bytes, size_t count) {
    if (!seen(fd)) {
        return real_write(fd, bytes, count);
    }
    pthread_mutex_lock(&order);
    ssize_t written = real_write(fd, bytes, count);
    if (written > 0) {
        record(WRITE, fd, lseek(fd, 0, SEEK_CUR) - written, bytes, written);
    }
    pthread_mutex_unlock(&order);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) {
    if (!seen(fd)) {
        return real_pwrite(fd, bytes, count, offset);
    }
    pthread_mutex_lock(&order);
    ssize_t written = real_pwrite(fd, bytes, count, offset);
    if (written > 0) {
        record(WRITE, fd, offset, bytes, written);
    }
    pthread_mutex_unlock(&order);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

static void record_parts(int fd, off_t offset, const struct iovec *parts, int count, ssize_t written) {
    for (int i = 0; i < count && written > 0; i++) {
        size_t length = parts[i].iov_len < (size_t)written ? parts[i].iov_len : (size_t)written;
        record(WRITE, fd, offset, parts[i].iov_base, length);
        offset += length;
        written -= length;
    }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (!seen(fd)) {
        return real_writev(fd, parts, count);
    }
    pthread_mutex_lock(&order);
    ssize_t written = real_writev(fd, parts, count);
    if (written > 0) {
        record_parts(fd, lseek(fd, 0, SEEK_CUR) - written, parts, count, written);
    }
    pthread_mutex_unlock(&order);
    return written;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) {
    if (!seen(fd)) {
        return real_pwritev(fd, parts, count, offset);
    }
    pthread_mutex_lock(&order);
    ssize_t written = real_pwritev(fd, parts, count, offset);
    record_parts(fd, offset, parts, count, written);
    pthread_mutex_unlock(&order);
    return written;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    return pwritev64(fd, parts, count, offset);
}

int ftruncate64(int fd, off_t length) {
    if (!seen(fd)) {
        return real_ftruncate(fd, length);
    }
    pthread_mutex_lock(&order);
    int result = real_ftruncate(fd, length);
    if (result == 0) {
        record(RESIZE, fd, length, NULL, 0);
    }
    pthread_mutex_unlock(&order);
    return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int truncate64(const char *path, off_t length) {
    if (within(path) != NULL) {
        unseen("truncate by path");
    }
    return real_truncate(path, length);
}

int truncate(const char *path, off_t length) { return truncate64(path, length); }

int fallocate64(int fd, int mode, off_t offset, off_t length) {
    if (!seen(fd)) {
        return real_fallocate(fd, mode, offset, length);
    }
    if (mode != 0) {
        unseen("fallocate with a mode");
    }
    pthread_mutex_lock(&order);
    int result = real_fallocate(fd, mode, offset, length);
    if (result == 0) {
        record(ALLOCATE, fd, offset + length, NULL, 0);
    }
    pthread_mutex_unlock(&order);
    return result;
}

int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }

int posix_fallocate64(int fd, off_t offset, off_t length) {
    if (!seen(fd)) {
        return real_posix_fallocate(fd, offset, length);
    }
    pthread_mutex_lock(&order);
    int result = real_posix_fallocate(fd, offset, length);
    if (result == 0) {
        record(ALLOCATE, fd, offset + length, NULL, 0);
    }
    pthread_mutex_unlock(&order);
    return result;
}

int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

static int synced(int fd, int (*sync)(int)) {
    if (!seen(fd)) {
        return sync(fd);
    }
    int64_t thread = syscall(SYS_gettid);
    pthread_mutex_lock(&order);
    record(SYNC_BEGIN, fd, thread, NULL, 0);
    pthread_mutex_unlock(&order);
    int result = sync(fd);
    if (result == 0) {
        pthread_mutex_lock(&order);
        record(SYNC_END, fd, thread, NULL, 0);
        pthread_mutex_unlock(&order);
    }
    return result;
}

int fsync(int fd) {
    ready();
    return synced(fd, real_fsync);
}

int fdatasync(int fd) {
    ready();
    return synced(fd, real_fdatasync);
}

int unlink(const char *path) {
    const char *name = within(path);
    if (name == NULL) {
        return real_unlink(path);
    }
    pthread_mutex_lock(&order);
    int result = real_unlink(path);
    if (result == 0) {
        record(UNLINK, -1, 0, name, strlen(name));
    }
    pthread_mutex_unlock(&order);
    return result;
}

int unlinkat(int at, const char *path, int flags) {
    if (flags == 0 && within(path) != NULL) {
        return unlink(path);
    }
    if (*path != '/' && seen(at)) {
        unseen("unlinkat beneath a folder");
    }
    ready();
    return real_unlinkat(at, path, flags);
}

int rename(const char *from, const char *to) {
    const char *old = within(from);
    const char *new = within(to);
    if (old == NULL && new == NULL) {
        return real_rename(from, to);
    }
    if (old == NULL || new == NULL) {
        unseen("a rename into or out of the folder");
        return real_rename(from, to);
    }
    size_t first = strlen(old) + 1;
    size_t length = first + strlen(new);
    char *both = malloc(length + 1);
    if (both == NULL) {
        abort();
    }
    memcpy(both, old, first);
    strcpy(both + first, new);
    pthread_mutex_lock(&order);
    int result = real_rename(from, to);
    if (result == 0) {
        record(RENAME, -1, 0, both, length);
    }
    pthread_mutex_unlock(&order);
    free(both);
    return result;
}

int close(int fd) {
    if (!seen(fd)) {
        return real_close(fd);
    }
    pthread_mutex_lock(&order);
    watched[fd] = 0;
    record(CLOSE, fd, 0, NULL, 0);
    int result = real_close(fd);
    pthread_mutex_unlock(&order);
    return result;
}

/* It closes the folder's descriptor without calling close. */
int closedir(DIR *stream) {
    int fd = stream == NULL ? -1 : dirfd(stream);
    if (!seen(fd)) {
        return real_closedir(stream);
    }
    pthread_mutex_lock(&order);
    watched[fd] = 0;
    record(CLOSE, fd, 0, NULL, 0);
    int result = real_closedir(stream);
    pthread_mutex_unlock(&order);
    return result;
}

/* SQLite maps its -shm, which no recovery reads; whatever else is mapped for writing, the record says by its name. */
void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
    if (seen(fd) && (protection & PROT_WRITE) && (flags & MAP_SHARED)) {
        char link[64];
        char path[4096];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t size = readlink(link, path, sizeof path - 1);
        if (size < 4 || strncmp(path + size - 4, "-shm", 4) != 0) {
            unseen("a shared mapping that can be written");
        }
    }
    ready();
    return real_mmap(address, length, protection, flags, fd, offset);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
    return mmap64(address, length, protection, flags, fd, offset);
}

ssize_t sendfile64(int to, int from, off_t *offset, size_t count) {
    if (seen(to)) {
        unseen("sendfile");
    }
    ready();
    return real_sendfile(to, from, offset, count);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t count) { return sendfile64(to, from, offset, count); }

ssize_t copy_file_range(int from, off_t *at, int to, off_t *offset, size_t count, unsigned flags) {
    if (seen(to)) {
        unseen("copy_file_range");
    }
    ready();
    return real_copy_file_range(from, at, to, offset, count, flags);
}
