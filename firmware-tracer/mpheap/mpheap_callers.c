// This file is part of mpheap, MIT licence.

#include "mpheap_callers.h"

#include <string.h>

#define WORDS_MAX (24)      // a function of malloc.c has no larger frame

mpheap_step_t mpheap_steps[MPHEAP_STEPS];

static mpheap_step_t *learning; // NULL: nothing is being learnt
static const void *expected;    // what ask()'s call returns to
static void *answer_to_give;

void mpheap_step_out_fully(mpheap_call_t *call) {
    for (size_t i = 0; i < MPHEAP_STEPS;) {
        i = call->back != NULL && mpheap_step_out(call, &mpheap_steps[i]) ? 0 : i + 1;
    }
}

// Other threads' calls do not return to ask().
bool mpheap_learn_step(mpheap_call_t call, void **answer) {
    if (learning == NULL) {
        return false;
    }
    mpheap_step_out_fully(&call);
    size_t offset = 0;
    const void *back = call.back;
    for (; back != expected && offset < WORDS_MAX * sizeof(back); offset += sizeof(back)) {
        memcpy(&back, call.stack + offset, sizeof(back));
    }
    if (back != expected) {
        return false;
    }
    if (call.back != expected) {
        *learning = (mpheap_step_t) { call.back, offset - sizeof(back) };
    }
    *answer = answer_to_give;
    return true;
}

// --- Asking -----------------------------------------------------------------------

// Any of the functions; each takes some words.
typedef void *(*asked_t)(uintptr_t, uintptr_t, uintptr_t, uintptr_t);
#define ASKED(function) ((asked_t)(void (*)(void))(function))

static asked_t volatile asked;

// All are called from this one place.
static __attribute__((noinline)) void ask(void) {
    void *volatile result = asked(0, 0, 0, 0);
    (void)result;
}

static void *expect_return(void) {
    expected = __builtin_return_address(0);
    return NULL;
}

static void learn(asked_t function) {
    asked = function;
    ask();
    learning++;
}

// Requests of no bytes: what the functions count stays as it is.
void mpheap_learn_steps(void) {
    uintptr_t object[4]; // helpers store a type
    memset(mpheap_steps, 0, sizeof(mpheap_steps));
    asked = ASKED(expect_return);
    ask();
    answer_to_give = object;
    learning = mpheap_steps;
    learn(ASKED(m_malloc));
    learn(ASKED(mp_obj_malloc_helper));
    learn(ASKED(m_malloc_maybe));
    learn(ASKED(m_malloc0));
    learn(ASKED(m_realloc));
    learn(ASKED(m_realloc_maybe));
    #if MICROPY_ENABLE_FINALISER
    learn(ASKED(m_malloc_with_finaliser));
    #endif
    #if MPHEAP_HAS_FINALISER_HELPER
    learn(ASKED(mp_obj_malloc_with_finaliser_helper));
    #endif
    #if MICROPY_TRACKED_ALLOC
    answer_to_give = NULL; // or it would keep it
    learn(ASKED(m_tracked_calloc));
    #endif
    learning = NULL;
}
