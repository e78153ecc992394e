// This file is part of mpheap, MIT licence.
//
// Who of the runtime asks for memory: not m_malloc(), which calls gc_alloc(),
// nor mp_obj_malloc_helper(), which calls m_malloc(), but who calls these.
//
//   mp_obj_new_float ──► mp_obj_malloc_helper ──► m_malloc ──► gc_alloc's hook
//        asks               a step out           a step out      begins here
//
// A *step out* leads from a call to the function it is in: the address that
// the function returns to is on the stack, always as far above the stack
// pointer of the call. How far, is learnt before a trace starts: the module
// calls each of these functions, and the hook looks where on the stack the
// address is that must be there. So nothing need be noted while no trace runs,
// and nothing is assumed of the compiler; what is not found is no step, and
// the function itself counts as who asked.

#ifndef MPHEAP_CALLERS_H
#define MPHEAP_CALLERS_H

#include "mpheap_compat.h"
#include "tracer_hints.h"

#define MPHEAP_STEPS (9)

typedef struct _mpheap_step_t {
    const void *back;       // the call returns to here; NULL: not learnt
    size_t offset;          // bytes from its stack pointer to the return address
} mpheap_step_t;

// In the order in which they were learnt: m_malloc(), the helper, others.
extern mpheap_step_t mpheap_steps[MPHEAP_STEPS];

// Where a call comes from: it returns to `back`, and `stack` was the stack
// pointer when it was made.
typedef struct _mpheap_call_t {
    const void *back;
    const byte *stack;
} mpheap_call_t;

// The call by which the function was called that contains this. That function
// must be the hook itself, or jumped to by it.
#define MPHEAP_THIS_CALL ((mpheap_call_t) { __builtin_return_address(0), __builtin_dwarf_cfa() })

static inline bool mpheap_step_out(mpheap_call_t *call, const mpheap_step_t *step) {
    if (call->back != step->back) {
        return false;
    }
    const byte *slot = call->stack;
    OPAQUE(slot); // not two additions for one
    slot += step->offset;
    call->back = *(const void *const *)slot;
    call->stack = slot + sizeof(void *);
    return true;
}

// Takes all steps that there are.
void mpheap_step_out_fully(mpheap_call_t *call);

// Learns the steps, with the hooks on. They tell it meanwhile of the calls that
// reach them: if it returns true, the call is to return `answer` and do nothing.
void mpheap_learn_steps(void);
bool mpheap_learn_step(mpheap_call_t call, void **answer);

#endif // MPHEAP_CALLERS_H
