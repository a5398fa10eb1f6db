#include "CThreads.h"

#include <stdint.h>

#ifdef PIX_STATIC_SWIFT

// Swift's runtime asks the kernel once for each thread's id, by which its own locks know their owner (in Swift's
// sources: Threading/Impl/Linux/ulock.h). A forked child would go on under its parent's id, and the kernel would not
// let it leave a lock for which another thread has begun to wait: both would wait for ever. Zero means "not asked yet".
extern _Thread_local uint32_t remembered_thread_id __asm__(
    "_ZZN5swift14threading_impl5linux13ulock_get_tidEvE3tid");

void pix_forget_thread_id(void) { remembered_thread_id = 0; }

#else

// The toolchain's shared runtime, which only tests use, does not show the variable.
void pix_forget_thread_id(void) {}

#endif
