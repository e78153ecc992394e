// This file is part of mpheap, MIT licence.

#ifndef STANDIN_GC_H
#define STANDIN_GC_H

#include "py/mpconfig.h"

#define GC_ALLOC_FLAG_HAS_FINALISER (1)

void gc_init(void *start, void *end);
void *gc_alloc(size_t n_bytes, unsigned int flags);
void *gc_realloc(void *old, size_t n_bytes, bool may_move);
void gc_free(void *address);
size_t gc_nbytes(const void *address);
void gc_collect(void);
void gc_collect_start(void);
void gc_collect_root(void **words, size_t n);
void gc_collect_end(void);
void gc_sweep_all(void);
void gc_lock(void);
void gc_unlock(void);

#endif // STANDIN_GC_H
