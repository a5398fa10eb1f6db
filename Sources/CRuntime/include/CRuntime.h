#pragma once

// Nothing to call: what depends on this has a Swift runtime without a backtracer.
