// This file is part of mpheap, MIT licence.
//
// The stand-in's malloc, virtual machine and the rest of its runtime.

#include "py/runtime.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "py/gc.h"
#include "py/objfun.h"

// --- The m_malloc family --------------------------------------------------------

// As the originals, these look at what they got, so they have frames of their
// own.
static size_t failed;

static void *looked_at(void *result, size_t num_bytes) {
    failed += result == NULL && num_bytes != 0;
    return result;
}

void *m_malloc(size_t num_bytes) {
    return looked_at(gc_alloc(num_bytes, 0), num_bytes);
}

void *m_malloc0(size_t num_bytes) {
    return looked_at(m_malloc(num_bytes), num_bytes);
}

void *m_malloc_maybe(size_t num_bytes) {
    return gc_alloc(num_bytes, 0);
}

void *m_malloc_with_finaliser(size_t num_bytes) {
    return looked_at(gc_alloc(num_bytes, GC_ALLOC_FLAG_HAS_FINALISER), num_bytes);
}

void *m_realloc(void *ptr, size_t num_bytes) {
    return looked_at(gc_realloc(ptr, num_bytes, true), num_bytes);
}

void *m_realloc_maybe(void *ptr, size_t num_bytes, bool may_move) {
    return gc_realloc(ptr, num_bytes, may_move);
}

void m_free(void *ptr) {
    gc_free(ptr);
}

// --- Other things -----------------------------------------------------------------

int mp_printf(const mp_print_t *print, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    print->print_strn(print->data, text, strlen(text));
    return length;
}

const char *qstr_str(qstr q) {
    static const char *const texts[] = { "standin.py", "<module>", "work", "fill", "again" };
    return texts[q];
}

void mp_raise_OSError_with_filename(int error, const char *name) {
    fprintf(stderr, "OSError: %s: %s\n", name, strerror(error));
    exit(1);
}

mp_vm_return_kind_t mp_execute_bytecode(mp_code_state_t *code, volatile mp_obj_t inject) {
    (void)inject;
    code->fun_bc->body(code);
    return MP_VM_RETURN_NORMAL;
}
