// This file is part of mpheap, MIT licence.

#ifndef STANDIN_OBJFUN_H
#define STANDIN_OBJFUN_H

#include "py/bc.h"

typedef struct _mp_module_context_t {
    struct {
        const qstr *qstr_table;     // the file, then names
    } constants;
} mp_module_context_t;

typedef struct _mp_obj_fun_bc_t {
    const mp_module_context_t *context;
    const byte *bytecode;
    void (*body)(mp_code_state_t *code);    // what the code does
} mp_obj_fun_bc_t;

#endif // STANDIN_OBJFUN_H
