// This file is part of mpheap, MIT licence.

#include "py/runtime.h"

// Calls m_malloc() of another file, as in the original.
void *mp_obj_malloc_helper(size_t num_bytes, const mp_obj_type_t *type) {
    const mp_obj_type_t **object = m_malloc(num_bytes);
    if (object != NULL) {
        *object = type;
    }
    return object;
}
