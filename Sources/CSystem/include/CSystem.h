// The system calls that Swift's Glibc module leaves out. Nothing here decides anything: one C function, one call.
// _GNU_SOURCE stays in the .c file: in a public header it clashes with Swift's own Glibc module.
#ifndef TELLTALE_CSYSTEM_H
#define TELLTALE_CSYSTEM_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

/// accept4 with SOCK_NONBLOCK | SOCK_CLOEXEC. Returns the descriptor or -1 with errno set.
int telltale_accept(int listener, struct sockaddr *address, socklen_t *length);

/// Keeps the calling thread, and all that it starts afterwards, on `count` processors from `first` on. Returns -1 with
/// errno set on failure.
int telltale_pin_thread(int first, int count);
#endif

/// A pipe whose ends no child inherits: ends[0] to read, ends[1] to write. Returns -1 with errno set on failure.
int telltale_pipe(int ends[2]);

/// Bytes written to a socket that its peer has not acknowledged. Returns -1 with errno set on failure.
int telltale_unacknowledged(int socket);

/// Names the calling thread in debuggers and `top`; longer names are cut at 15 bytes.
void telltale_name_thread(const char *name);

/// Marks the calling thread as an event loop's.
void telltale_mark_event_loop(void);

/// Whether the calling thread was marked. (Comparing `pthread_self()` in Swift gives the wrong answer at -O.)
_Bool telltale_is_event_loop(void);

/// A pointer of the calling thread's own: the wake-ups that it collects. NULL until it is set.
void *telltale_collected_wakes(void);
void telltale_collect_wakes(void *wakes);

/// Starts a program found on the PATH in a process group of its own, with default signals, an empty signal mask and no
/// descriptor but 0, 1 and 2. Returns 0 and the pid, or the error number.
/// - directory: may be NULL for ours.
int telltale_spawn(
    pid_t *pid, const char *program, char *const arguments[], char *const environment[], const char *directory,
    int standard_input, int standard_output, int standard_error);

#endif
