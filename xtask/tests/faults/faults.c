/*
 * faults: runs a command and makes one chosen file-changing system call of it go wrong.
 *
 *     faults ROOT LOG KIND N COMMAND [ARGUMENT...]
 *
 * Counts every system call of COMMAND and of all its descendants (git, hooks) that changes a file
 * under the folder ROOT, and writes one line `N program call path` for each into LOG. At call N it
 * does what KIND says:
 *
 *     count          nothing (N is ignored)
 *     kill           SIGKILL to every process instead of the call
 *     torn           only the first half of the bytes is written, then as `kill`; a call that
 *                    writes no bytes is killed as by `kill` (killed *after* call N is `kill` at
 *                    N + 1: nothing else changes a file in between)
 *     eio, enospc    this one call fails with that error
 *     enospc-sticky  the disk is full from here on: whatever needs space fails, what frees or
 *                    moves (unlink, rename, truncate, chmod) still works
 *
 * The line of a call that was struck ends in ` <- KIND`. The exit code is that of COMMAND, 128 + n
 * if a signal ended it, 124 after a minute without an end, 125 if this kernel cannot do it.
 *
 * How: a seccomp filter hands those calls to this process before they happen (Linux 5.8, "user
 * notification"), descendants inherit it. An LD_PRELOAD library would miss what does not go through
 * the symbols of libc: rustix calls the kernel itself, and so does stdio inside of libc. As every
 * counted call waits for this one process, no file changes anymore once it has decided to kill.
 *
 * fsync and its like are counted but not done: the kernel lives on, and 1000 runs must not wait for
 * the disk. Not seen: writes through mmap, io_uring, extended attributes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif

/* What a call needs of the disk, for `enospc-sticky` and `torn`. */
enum effect { OPENS, MAKES, WRITES, CHANGES, SYNCS };

/* Which argument is what; NO where the call has none, CWD where paths start at the work folder. */
enum { NO = -1, CWD = -2 };
static const struct call {
    int number;
    const char *name;
    enum effect effect;
    int fd;          /* changes this open file, or */
    int dir, path;   /* this path as seen from that folder, */
    int dir2, path2; /* and this one; */
    int flags;       /* only if these open flags create or cut off. */
} calls[] = {
#define FILE_(call, effect, fd) {__NR_##call, #call, effect, fd, NO, NO, NO, NO, NO}
#define PATH_(call, effect, dir, path) {__NR_##call, #call, effect, NO, dir, path, NO, NO, NO}
#define BOTH_(call, effect, dir, path, dir2, path2) \
    {__NR_##call, #call, effect, NO, dir, path, dir2, path2, NO}
#define OPEN_(call, dir, path, flags) {__NR_##call, #call, OPENS, NO, dir, path, NO, NO, flags}
    FILE_(write, WRITES, 0),
    FILE_(pwrite64, WRITES, 0),
    FILE_(writev, WRITES, 0),
    FILE_(pwritev, WRITES, 0),
    FILE_(pwritev2, WRITES, 0),
    FILE_(sendfile, WRITES, 0),
    FILE_(copy_file_range, WRITES, 2),
    FILE_(splice, WRITES, 2),
    FILE_(fallocate, WRITES, 0),
    OPEN_(openat, 0, 1, 2),
    OPEN_(openat2, 0, 1, NO),
    PATH_(mkdirat, MAKES, 0, 1),
    PATH_(mknodat, MAKES, 0, 1),
    BOTH_(linkat, MAKES, 0, 1, 2, 3),
    PATH_(symlinkat, MAKES, 1, 2),
    BOTH_(renameat2, CHANGES, 0, 1, 2, 3),
    BOTH_(renameat, CHANGES, 0, 1, 2, 3),
    PATH_(unlinkat, CHANGES, 0, 1),
    FILE_(ftruncate, CHANGES, 0),
    PATH_(truncate, CHANGES, CWD, 0),
    FILE_(fchmod, CHANGES, 0),
    PATH_(fchmodat, CHANGES, 0, 1),
    PATH_(fchmodat2, CHANGES, 0, 1),
    FILE_(fchown, CHANGES, 0),
    PATH_(fchownat, CHANGES, 0, 1),
    PATH_(utimensat, CHANGES, 0, 1),
    FILE_(fsync, SYNCS, 0),
    FILE_(fdatasync, SYNCS, 0),
    FILE_(syncfs, SYNCS, 0),
    FILE_(sync_file_range, SYNCS, 0),
#ifdef __x86_64__
    OPEN_(open, CWD, 0, 1),
    OPEN_(creat, CWD, 0, NO),
    PATH_(mkdir, MAKES, CWD, 0),
    PATH_(mknod, MAKES, CWD, 0),
    BOTH_(link, MAKES, CWD, 0, CWD, 1),
    PATH_(symlink, MAKES, CWD, 1),
    BOTH_(rename, CHANGES, CWD, 0, CWD, 1),
    PATH_(unlink, CHANGES, CWD, 0),
    PATH_(rmdir, CHANGES, CWD, 0),
    PATH_(chmod, CHANGES, CWD, 0),
    PATH_(chown, CHANGES, CWD, 0),
    PATH_(lchown, CHANGES, CWD, 0),
    PATH_(utime, CHANGES, CWD, 0),
    PATH_(utimes, CHANGES, CWD, 0),
    PATH_(futimesat, CHANGES, 0, 1),
#endif
};
#define CALLS (sizeof calls / sizeof *calls)
#define CREATES (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))

static const char *root, *kind;
static FILE *logged;
static long count, strike;

static _Noreturn void die(const char *what) {
    fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
    exit(125);
}

/* In the child: hands the calls of the table to whoever holds the returned descriptor. */
static int filter(void) {
    struct sock_filter code[6 * CALLS + 8];
    unsigned short n = 0;
    const unsigned notify = SECCOMP_RET_USER_NOTIF, allow = SECCOMP_RET_ALLOW;
#define LOAD(field) (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(field))
#define RETURN(what) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, what)
#define JUMP(test, value, yes, no) \
    (struct sock_filter) BPF_JUMP(BPF_JMP | (test) | BPF_K, (unsigned)(value), yes, no)
    code[n++] = LOAD(offsetof(struct seccomp_data, arch));
    code[n++] = JUMP(BPF_JEQ, NATIVE, 1, 0);
    code[n++] = RETURN(allow);
    code[n++] = LOAD(offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < CALLS; i++) {
        if (calls[i].flags == NO) {
            code[n++] = JUMP(BPF_JEQ, calls[i].number, 0, 1);
            code[n++] = RETURN(notify);
        } else {
            code[n++] = JUMP(BPF_JEQ, calls[i].number, 0, 4);
            code[n++] = LOAD(offsetof(struct seccomp_data, args) + 8 * (size_t)calls[i].flags);
            code[n++] = JUMP(BPF_JSET, CREATES, 0, 1);
            code[n++] = RETURN(notify);
            code[n++] = RETURN(allow);
        }
    }
    code[n++] = RETURN(allow);
    struct sock_fprog program = {n, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) die("no_new_privs");
    /* Without the second flag a signal (SIGCHLD) restarts a waiting call, which counts it twice. */
    const unsigned long listener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    const unsigned long steady = listener | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    long fd = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, steady, &program);
    if (fd < 0) fd = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, listener, &program);
    if (fd < 0) die("seccomp user notification");
    return (int)fd;
}

/* Passes a descriptor through a socket; `fd` < 0 receives one. */
static int pass(int socket, int fd) {
    char byte = 0;
    union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    if (fd < 0) {
        if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message)) return -1;
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
        return fd;
    }
    control.header = (struct cmsghdr){CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    if (sendmsg(socket, &message, 0) != 1) die("sendmsg");
    return fd;
}

/* Reads memory of the caller; returns how much of it could be read. */
static size_t peek(pid_t pid, unsigned long long at, void *into, size_t size) {
    struct iovec here = {into, size}, there = {(void *)(uintptr_t)at, size};
    ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
    return got < 0 ? 0 : (size_t)got;
}

static void link_of(pid_t pid, int dir, char *into, size_t size) {
    char name[64];
    snprintf(name, sizeof name, dir == AT_FDCWD ? "/proc/%d/cwd" : "/proc/%d/fd/%d", pid, dir);
    ssize_t length = readlink(name, into, size - 1);
    into[length < 0 ? 0 : length] = 0;
}

/* The path an argument names, made absolute. */
static void path_of(
    const struct seccomp_notif *request, int dir, int argument, char *into, size_t size) {
    char text[PATH_MAX + 1] = "";
    unsigned long long at = request->data.args[argument];
    /* Up to the end of a page at a time: the next one may not be mapped. */
    for (size_t length = 0; at && length < PATH_MAX && !memchr(text, 0, length);) {
        size_t step = 4096 - (at + length) % 4096, left = PATH_MAX - length;
        if (step > left) step = left;
        size_t got = peek((pid_t)request->pid, at + length, text + length, step);
        if (!got) break;
        length += got;
    }
    if (*text == '/') {
        snprintf(into, size, "%s", text);
        return;
    }
    dir = dir == CWD ? AT_FDCWD : (int)request->data.args[dir];
    link_of((pid_t)request->pid, dir, into, size);
    size_t length = strlen(into);
    /* An empty path names the descriptor itself (AT_EMPTY_PATH, futimens). */
    if (*text) snprintf(into + length, size - length, "/%s", text);
}

/* The path below ROOT, or NULL. */
static const char *below(const char *path) {
    size_t length = strlen(root);
    return strncmp(path, root, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

/* What the call changes under ROOT, described in `text`; false if it changes nothing there. */
static int counts(
    const struct seccomp_notif *request, const struct call *call, char *text, size_t size) {
    char path[2 * PATH_MAX], path2[2 * PATH_MAX];
    if (call->fd != NO) {
        struct stat status;
        int fd = (int)request->data.args[call->fd];
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)request->pid, fd);
        if (stat(path, &status) || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) return 0;
        link_of((pid_t)request->pid, fd, path, sizeof path);
    } else {
        path_of(request, call->dir, call->path, path, sizeof path);
    }
    const char *first = below(path), *second = NULL;
    if (call->path2 != NO) {
        path_of(request, call->dir2, call->path2, path2, sizeof path2);
        second = below(path2);
        if (!first && !second) return 0;
        snprintf(text, size, "%s -> %s", first ? first : path, second ? second : path2);
        return 1;
    }
    if (first) snprintf(text, size, "%s", first);
    return first != NULL;
}

/* Does this call need space that a full disk does not have? */
static int needs_space(const struct seccomp_notif *request, const struct call *call) {
    if (call->effect != OPENS) return call->effect == MAKES || call->effect == WRITES;
    char path[2 * PATH_MAX];
    path_of(request, call->dir, call->path, path, sizeof path);
    return access(path, F_OK) != 0;
}

/* A descriptor of the caller, as ours: the same open file, with its offset and flags. */
static int borrow(pid_t thread, int fd) {
    char line[256], name[64];
    int pid = thread;
    snprintf(name, sizeof name, "/proc/%d/status", thread);
    FILE *status = fopen(name, "re");
    while (status && fgets(line, sizeof line, status) && sscanf(line, "Tgid: %d", &pid) != 1) {}
    if (status) fclose(status);
    int process = (int)syscall(__NR_pidfd_open, pid, 0);
    int ours = process < 0 ? -1 : (int)syscall(__NR_pidfd_getfd, process, fd, 0);
    if (ours < 0 && errno != EBADF) die("pidfd_getfd");
    return ours;
}

/* Writes the first half of what the call would have written. */
static void tear(const struct seccomp_notif *request, const struct call *call) {
    if (call->effect != WRITES) return;
    if (call->number == __NR_fallocate || call->number == __NR_splice) return;
    const unsigned long long *args = (const unsigned long long *)request->data.args;
    pid_t pid = (pid_t)request->pid;
    int out = borrow(pid, (int)args[call->fd]);
    if (call->number == __NR_sendfile || call->number == __NR_copy_file_range) {
        int sends = call->number == __NR_sendfile, in = borrow(pid, (int)args[sends]);
        if (in < 0) return;
        loff_t from = lseek(in, 0, SEEK_CUR), to = lseek(out, 0, SEEK_CUR);
        unsigned long long from_at = args[sends ? 2 : 1], to_at = sends ? 0 : args[3];
        if (from_at) peek(pid, from_at, &from, sizeof from);
        if (to_at) peek(pid, to_at, &to, sizeof to);
        struct stat status;
        fstat(in, &status);
        size_t length = (size_t)args[sends ? 3 : 4];
        size_t left = status.st_size > from ? (size_t)(status.st_size - from) : 0;
        size_t half = (length < left ? length : left) / 2;
        ssize_t wrote = 0;
        if (half && sends) wrote = sendfile(out, in, &from, half);
        else if (half) wrote = copy_file_range(in, &from, out, to_at ? &to : NULL, half, 0);
        if (wrote != (ssize_t)half) die("torn copy");
        return;
    }
    struct iovec parts[1024] = {{(void *)(uintptr_t)args[1], (size_t)args[2]}};
    int vector = call->number != __NR_write && call->number != __NR_pwrite64, n = 1;
    int at_offset = call->number != __NR_write && call->number != __NR_writev;
    if (vector) {
        n = args[2] < 1024 ? (int)args[2] : 1024;
        peek(pid, args[1], parts, (size_t)n * sizeof *parts);
    }
    size_t total = 0, done = 0;
    for (int i = 0; i < n; i++) total += parts[i].iov_len;
    for (int i = 0; i < n && done < total / 2; i++) {
        size_t length = parts[i].iov_len < total / 2 - done ? parts[i].iov_len : total / 2 - done;
        char *bytes = malloc(length);
        if (!bytes) die("malloc");
        if (peek(pid, (uintptr_t)parts[i].iov_base, bytes, length) != length) die("torn write");
        ssize_t wrote = at_offset ? pwrite(out, bytes, length, (off_t)(args[3] + done))
                                  : write(out, bytes, length);
        if (wrote != (ssize_t)length) die("torn write");
        done += length;
        free(bytes);
    }
}

/* Kills every descendant: orphans become our children (subreaper), until none is left. */
static void kill_all(void) {
    for (;;) {
        int pid;
        char name[64];
        snprintf(name, sizeof name, "/proc/self/task/%d/children", getpid());
        FILE *children = fopen(name, "re");
        if (!children) die(name);
        while (fscanf(children, "%d", &pid) == 1) kill(pid, SIGKILL);
        fclose(children);
        if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD) return;
        usleep(100);
    }
}

static _Noreturn void end(int code) {
    if (fclose(logged)) die("log");
    exit(code);
}

/* Answers one call. */
static void answer(int listener, struct seccomp_notif *request) {
    struct seccomp_notif_resp response = {
        .id = request->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    const struct call *call = calls;
    while (call->number != request->data.nr) call++;
    char text[4 * PATH_MAX + 8], name[64], program[64] = "?";
    if (counts(request, call, text, sizeof text)) {
        snprintf(name, sizeof name, "/proc/%d/comm", (int)request->pid);
        FILE *comm = fopen(name, "re");
        if (comm && fscanf(comm, "%63s", program) != 1) strcpy(program, "?");
        if (comm) fclose(comm);
        int struck = ++count == strike, error = 0;
        if (strcmp(kind, "enospc-sticky") == 0) {
            struck = count >= strike && needs_space(request, call);
            error = ENOSPC;
        } else if (strcmp(kind, "enospc") == 0) {
            error = ENOSPC;
        } else if (strcmp(kind, "eio") == 0) {
            error = EIO;
        }
        fprintf(logged, "%ld %s %s %s", count, program, call->name, text);
        if (struck) fprintf(logged, " <- %s", kind);
        fprintf(logged, "\n");
        if (struck && !error) {
            if (strcmp(kind, "torn") == 0) tear(request, call);
            kill_all();
            end(128 + SIGKILL);
        }
        if (struck) {
            response.flags = 0;
            response.error = -error;
        } else if (call->effect == SYNCS) {
            response.flags = 0;
        }
    }
    /* ENOENT: the caller is gone, somebody else killed it. */
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) && errno != ENOENT) die("answer");
}

int main(int argc, char **argv) {
    if (argc < 6) {
        fprintf(stderr, "usage: faults ROOT LOG KIND N COMMAND [ARGUMENT...]\n");
        return 125;
    }
    if (!(root = realpath(argv[1], NULL))) die(argv[1]);
    if (!(logged = fopen(argv[2], "we"))) die(argv[2]);
    kind = argv[3];
    strike = strcmp(kind, "count") == 0 ? 0 : atol(argv[4]);
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets)) die("socketpair");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) die("subreaper");
    sigset_t children, before;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, &before);
    int ended = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    if (ended < 0) die("signalfd");
    pid_t first = fork();
    if (first < 0) die("fork");
    if (first == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        setsid();
        pass(sockets[0], filter());
        execvp(argv[5], argv + 5);
        perror(argv[5]);
        _exit(127);
    }
    close(sockets[0]);
    int listener = pass(sockets[1], -1), code = 125;
    if (listener < 0) {
        kill_all();
        exit(125);
    }
    struct seccomp_notif_sizes sizes;
    if (syscall(__NR_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes)) die("seccomp");
    /* The kernel's idea of the request may be longer than that of our headers. */
    struct seccomp_notif *request = malloc(sizes.seccomp_notif + sizeof *request);
    for (time_t start = time(NULL);;) {
        struct pollfd waits[2] = {{listener, POLLIN, 0}, {ended, POLLIN, 0}};
        if (poll(waits, 2, 1000) < 0 && errno != EINTR) die("poll");
        if (time(NULL) - start > 60) {
            kill_all();
            end(124);
        }
        if (waits[0].revents & POLLIN) {
            memset(request, 0, sizes.seccomp_notif);
            if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, request) == 0) answer(listener, request);
            else if (errno != ENOENT && errno != EINTR) die("receive");
        }
        if (waits[1].revents & POLLIN) {
            struct signalfd_siginfo ignored;
            int status;
            pid_t pid;
            while (read(ended, &ignored, sizeof ignored) > 0) {}
            while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
                if (pid == first)
                    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            if (pid < 0 && errno == ECHILD) end(code);
        }
    }
}
