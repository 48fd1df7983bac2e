#define _GNU_SOURCE
#include "CSystem.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/sockios.h>
#include <sys/ioctl.h>
#endif

#ifdef __linux__
int telltale_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int telltale_pin_thread(int first, int count) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (int core = first; core < first + count; core++) CPU_SET(core, &cores);
    return sched_setaffinity(0, sizeof cores, &cores);
}
#endif

int telltale_pipe(int ends[2]) {
#ifdef __linux__
    return pipe2(ends, O_CLOEXEC);
#else
    if (pipe(ends) != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}

int telltale_unacknowledged(int socket) {
    int count = 0;
#ifdef __linux__
    return ioctl(socket, SIOCOUTQ, &count) == 0 ? count : -1;
#else
    socklen_t length = sizeof count;
    return getsockopt(socket, SOL_SOCKET, SO_NWRITE, &count, &length) == 0 ? count : -1;
#endif
}

void telltale_name_thread(const char *name) {
#ifdef __linux__
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = 0;
    pthread_setname_np(pthread_self(), cut);
#else
    pthread_setname_np(name);
#endif
}

int telltale_spawn(
    pid_t *pid, const char *program, char *const arguments[], char *const environment[], const char *directory,
    int standard_input, int standard_output, int standard_error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure) return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure) {
        posix_spawn_file_actions_destroy(&actions);
        return failure;
    }

    sigset_t every, none;
    sigfillset(&every);
    sigemptyset(&none);
    short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    if (!failure) failure = posix_spawnattr_setflags(&attributes, flags);
    if (!failure) failure = posix_spawnattr_setpgroup(&attributes, 0);
    if (!failure) failure = posix_spawnattr_setsigdefault(&attributes, &every);
    if (!failure) failure = posix_spawnattr_setsigmask(&attributes, &none);
    if (!failure) failure = posix_spawn_file_actions_adddup2(&actions, standard_input, 0);
    if (!failure) failure = posix_spawn_file_actions_adddup2(&actions, standard_output, 1);
    if (!failure) failure = posix_spawn_file_actions_adddup2(&actions, standard_error, 2);
#ifdef __linux__
    if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
    if (!failure && directory) failure = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (!failure) failure = posix_spawnp(pid, program, &actions, &attributes, arguments, environment);

    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

static _Thread_local _Bool is_event_loop = 0;

void telltale_mark_event_loop(void) { is_event_loop = 1; }

_Bool telltale_is_event_loop(void) { return is_event_loop; }

static _Thread_local void *collected_wakes = 0;

void *telltale_collected_wakes(void) { return collected_wakes; }

void telltale_collect_wakes(void *wakes) { collected_wakes = wakes; }
