#include "CRuntime.h"

#ifdef PIX_STATIC_SWIFT

// Swift's runtime would take over crashes, which are Python's and faulthandler's to tell, and print memory, in which
// API keys lie: on a terminal unasked, elsewhere when SWIFT_BACKTRACE says so. It decides that in a static constructor,
// before any code of ours. What is linked of the runtime refers to that part of it (in Swift's sources:
// stdlib/public/runtime/Backtrace.cpp) by its settings alone; they are given here, as zeros for "off", and so the linker
// leaves the part out, its constructor with it.
const char no_backtracer[256] __asm__("_swift_backtraceSettings");

#endif
