// This file is part of mpheap, MIT licence.

#ifndef STANDIN_RUNTIME_H
#define STANDIN_RUNTIME_H

#include "py/mpconfig.h"

typedef struct _mp_print_t {
    void *data;
    void (*print_strn)(void *data, const char *text, size_t length);
} mp_print_t;

int mp_printf(const mp_print_t *print, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *qstr_str(qstr q);
__attribute__((noreturn)) void mp_raise_OSError_with_filename(int error, const char *name);

void *m_malloc(size_t num_bytes);
void *m_malloc0(size_t num_bytes);
void *m_malloc_maybe(size_t num_bytes);
void *m_malloc_with_finaliser(size_t num_bytes);
void *m_realloc(void *ptr, size_t num_bytes);
void *m_realloc_maybe(void *ptr, size_t num_bytes, bool may_move);
void m_free(void *ptr);
void *mp_obj_malloc_helper(size_t num_bytes, const mp_obj_type_t *type);

#define m_new_maybe(type, num) ((type *)m_malloc_maybe(sizeof(type) * (num)))
#define m_renew_maybe(type, ptr, old_num, num, may_move) ((type *)m_realloc_maybe((ptr), sizeof(type) * (num), (may_move)))
#define m_del(type, ptr, num) ((void)(num), m_free(ptr))

#endif // STANDIN_RUNTIME_H
