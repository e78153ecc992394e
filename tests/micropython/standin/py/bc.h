// This file is part of mpheap, MIT licence.
//
// Bytecode of our own: n_info, n_cell; then n_info bytes: index of the name,
// first line; then the code, four bytes for each line.

#ifndef STANDIN_BC_H
#define STANDIN_BC_H

#include "py/mpconfig.h"

typedef enum { MP_VM_RETURN_NORMAL, MP_VM_RETURN_YIELD, MP_VM_RETURN_EXCEPTION } mp_vm_return_kind_t;

typedef struct _mp_code_state_t {
    struct _mp_obj_fun_bc_t *fun_bc;
    const byte *ip;
} mp_code_state_t;

mp_vm_return_kind_t mp_execute_bytecode(mp_code_state_t *code, volatile mp_obj_t inject);

#define MP_BC_PRELUDE_SIG_DECODE(ip) const size_t n_pos_args = 0, n_kwonly_args = 0
#define MP_BC_PRELUDE_SIZE_DECODE(ip) const size_t n_info = (ip)[0], n_cell = (ip)[1]; (ip) += 2

static inline mp_uint_t mp_decode_uint_value(const byte *ip) {
    return *ip;
}

static inline const byte *mp_decode_uint_skip(const byte *ip) {
    return ip + 1;
}

static inline size_t mp_bytecode_get_source_line(const byte *info, const byte *top, size_t offset) {
    return info < top ? *info + offset / 4 : 0;
}

#endif // STANDIN_BC_H
