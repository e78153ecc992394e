// This file is part of mpheap, MIT licence.
//
// The tracer's port of this build; found by the include path.

#include "port_rp2040.h"
