// Linked into the thread sanitizer's test run only. Swift's Mutex waits for a contended lock in the kernel (FUTEX_LOCK_PI),
// where the sanitizer can't see who handed it to whom, and calls everything behind the lock a race. This replaces that
// slow path by one that it sees: the waiting thread asks again until it takes the lock itself. Unlocking then never has
// anybody to wake, and stays on its fast path.
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

#define MUTEX_LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"

__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) _Atomic uint32_t *word)
    __asm__(MUTEX_LOCK_SLOW);

__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) _Atomic uint32_t *word) {
  uint32_t unlocked = 0;
  while (!atomic_compare_exchange_weak_explicit(word, &unlocked, thread, memory_order_acquire, memory_order_relaxed)) {
    unlocked = 0;
    sched_yield();
  }
}
