#pragma once

// To be called by a forked child's only thread before it enters a lock of Swift's runtime.
void pix_forget_thread_id(void);
