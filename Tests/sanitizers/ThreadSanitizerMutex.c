// Linked only into tests that run under the thread sanitizer. On contention, Swift's Mutex hands over the lock in the kernel
// (FUTEX_LOCK_PI). The sanitizer can't see that, and reports every access under the lock as a race. This replaces the slow
// path with a spin lock that the sanitizer understands. Unlocking then never has a waiter to wake, and stays on its fast
// path.
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
