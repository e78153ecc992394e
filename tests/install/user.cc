// Builds against the installed headers and library, and uses both.

#include "libheap/model/release.h"

int main() { return libheap::parse_release("v1.22.2") ? 0 : 1; }
