// This file is part of mpheap, MIT licence.

#include "tracer_core.h"

#include <string.h>

#include "tracer_packet.h"

#define FLUSH_AFTER_US (100000)
#define KEYFRAME_AFTER_US (1000000)
// A packet has up to 4,095 events, and this is looked at between packets.
#define CHECKPOINT_AFTER_EVENTS (4000)
// Longer than an untraced request takes from its hook to the heap's mutex.
#define LOOPS_TO_FINISH (2000)

tracer_t tracer;
tracer_encoder_t tracer_encoder;
tracer_gate_t tracer_gate;

// --- Slots ----------------------------------------------------------------------

// Less what interrupts waited meanwhile, which they counted.
static COLD void waited_since(uint32_t begin, uint32_t stalled_before) {
    uint32_t waited = tracer_now_us() - begin - (tracer.stalled_us - stalled_before);
    tracer.stalled_us += waited;
    tracer.owed_us += waited;
}

// The ring is also used by the port's interrupt, on whichever core.
COLD void tracer_pump(void) {
    uint32_t state = tracer_port_lock();
    tracer_ring_pump(&tracer.ring);
    tracer_port_unlock(state);
}

static size_t slots_free(void) {
    return tracer_ring_free(&tracer.ring);
}

// Interrupts may come meanwhile, and record, if `state` is not NULL. True: the
// next record finds a slot, or a packet. False: the line is dead.
static COLD bool wait_for_slot(uint32_t *state) {
    uint32_t patience = tracer.setup.policy == TRACER_STALL ? TRACER_PATIENCE_US : TRACER_PATIENCE_DROP_US;
    uint32_t begin = tracer_now_us();
    uint32_t stalled_before = tracer.stalled_us;
    bool found;
    do {
        if (state != NULL) {
            tracer_port_interrupts_on(*state);
            *state = tracer_port_interrupts_off();
        }
        tracer_pump();
        found = slots_free() != 0 || !tracer_packet_is_full(&tracer_encoder);
    } while (!found && tracer_now_us() - begin < patience);
    waited_since(begin, stalled_before);
    return found;
}

static uint8_t *sink_open(void *self) {
    (void)self;
    if (!tracer.losing && slots_free() == 0) {
        tracer_pump();
        tracer.losing = slots_free() == 0 && !(tracer.patient && wait_for_slot(NULL));
    }
    return tracer.losing ? NULL : tracer_ring_open(&tracer.ring);
}

static void sink_close(void *self, size_t length) {
    (void)self;
    uint32_t state = tracer_port_lock();
    tracer_ring_close(&tracer.ring, length);
    tracer_port_unlock(state);
}

static uint32_t sink_crc32(const uint8_t *data, size_t length) {
    return tracer.setup.crc32(0, data, length);
}

COLD void tracer_settle(void) {
    uint32_t owed = tracer.owed_us;
    if (owed != 0 && tracer_encode_rare(&tracer_encoder, TRACER_RARE_STALL, ROOM_NUMBER)) {
        tracer_encode_number(&tracer_encoder, owed);
        tracer.owed_us -= owed;
    }
}

COLD void tracer_own_time(uint32_t begin, uint32_t stalled_before) {
    uint32_t own = tracer_now_us() - begin - (tracer.stalled_us - stalled_before);
    tracer.own_us += own;
    tracer.owed_us += own;
}

// The next record needs a packet. Waits for its slot with interrupts on now and
// then, so that the record itself need not wait.
static COLD void next_slot(uint32_t *state) {
    tracer.due = true;
    tracer_encode_flush(&tracer_encoder);
    if (tracer.patient && !tracer.losing && slots_free() == 0) {
        tracer.losing = !wait_for_slot(state);
    }
}

// So many notes are encoded without a moment for interrupts.
#define NOTES_AT_ONCE (8)

static void make_room_for_notes(size_t notes) {
    tracer_gate.first = tracer_gate.notes;
    tracer_gate.next = tracer_gate.notes;
    tracer_gate.end = tracer_gate.notes + notes;
}

// Interrupts come in between, find all in order, and may do the same.
void tracer_write_notes(uint32_t *state) {
    tracer_gate_t *gate = &tracer_gate;
    while (gate->first != gate->next) {
        if (tracer_packet_is_full(&tracer_encoder)) {
            next_slot(state);
        }
        size_t notes = gate->next - gate->first;
        const tracer_note_t *end = gate->first + (notes < NOTES_AT_ONCE ? notes : NOTES_AT_ONCE);
        if (notes != 0) {
            gate->first += tracer_encode_notes(&tracer_encoder, gate->first, end) - gate->first;
        }
        if (gate->first == gate->next) {
            make_room_for_notes(TRACER_NOTES);
        } else {
            tracer_port_interrupts_on(*state);
            *state = tracer_port_interrupts_off();
        }
    }
}

bool tracer_catch_up(uint32_t *state) {
    if (TRACER_LOAD(&tracer_gate.on) != TRACER_ON) {
        return false;
    }
    tracer_write_notes(state);
    if (tracer_packet_is_full(&tracer_encoder)) {
        next_slot(state);
        tracer_write_notes(state);
    }
    tracer_settle();
    return true;
}

// --- What is due ------------------------------------------------------------------

// Has the heap done all that was recorded, and nothing else? Interrupts off,
// the turn held.
static bool is_in_step(void) {
    uint32_t doing = *tracer_doing();
    return (doing == 0 || doing == TRACER_DOING_SOMETHING) && tracer.depth == 0
        && tracer.nest == 0 && !tracer_port_in_interrupt();
}

COLD void tracer_look_after(uint32_t *state) {
    if (!is_in_step() || !tracer_catch_up(state)) {
        return;
    }
    tracer.due = false;
    tracer_pump();
    size_t available = slots_free();
    bool half_free = available * 2 >= tracer.ring.size;
    bool time_for_one = tracer_now_us() - tracer.keyframe_at >= KEYFRAME_AFTER_US;
    if ((half_free && (tracer.losing || time_for_one)) || (tracer.wanted && (half_free || tracer.patient))) {
        tracer_keyframe();
    } else if (!tracer.losing && available > 1 && tracer_encoder.events - tracer.checked_at >= CHECKPOINT_AFTER_EVENTS) {
        tracer_checkpoint();
    }
}

// --- Starting and stopping ----------------------------------------------------

// Everything but the turn, which goes on, and the heap's collect, if there is one.
static COLD void reset(const tracer_setup_t *setup) {
    uint8_t sequence = tracer_encoder.sequence;
    memset(&tracer, 0, offsetof(tracer_t, depth));
    memset(&tracer.losing, 0, sizeof(tracer) - offsetof(tracer_t, losing));
    for (tracer_request_t *request = tracer_gate.listed; request != NULL;) {
        request->symbol = TRACER_DOING_SOMETHING; // of the trace before
        request = request->was_doing != 0 ? request->outer : NULL;
    }
    tracer.setup = *setup;
    tracer.sink = (tracer_sink_t) { sink_open, sink_close, sink_crc32, NULL, setup->clock };
    tracer_ring_init(&tracer.ring, setup->slots, setup->n_slots, setup->line);
    tracer_encode_init(&tracer_encoder, &tracer.sink, setup->flags);
    tracer_encoder.sequence = sequence;
    tracer_encoder.core = TRACER_CORES > 1 ? tracer_port_core() : 0;
    tracer_encoder.time_low = tracer_now_us();
    tracer_encoder.time_high = setup->clock_high;
    tracer.patient = setup->policy == TRACER_STALL;
    TRACER_STORE(&tracer_gate.clock, setup->clock);
    make_room_for_notes(TRACER_NOTES);
    tracer_counters_t counters;
    setup->heap->counters(&counters);
    tracer_gate.settings = TRACER_SETTINGS(counters.threshold, counters.enabled);
}

// Another core may be in the heap, or in a hook that saw the trace off. From
// now on its hooks wait for the turn, so what it is at is soon done; unless that
// is a collect with a finaliser that comes to a hook.
static COLD bool others_have_finished(const tracer_heap_t *heap) {
    for (volatile uint32_t i = 0; TRACER_CORES > 1 && i < LOOPS_TO_FINISH; i++) {
    }
    return heap->is_settled == NULL || heap->is_settled();
}

COLD bool tracer_start(const tracer_setup_t *setup) {
    tracer_stop();
    tracer_take_turn();
    TRACER_STORE(&tracer_gate.on, TRACER_STARTING);
    bool can_start = others_have_finished(setup->heap);
    if (can_start) {
        uint32_t state = tracer_port_interrupts_off();
        reset(setup);
        tracer_keyframe();
        TRACER_STORE(&tracer_gate.on, TRACER_ON);
        tracer_port_interrupts_on(state);
    } else {
        TRACER_STORE(&tracer_gate.on, TRACER_OFF);
    }
    tracer_give_turn();
    return can_start;
}

// Waits until all is sent, or the line is dead.
static COLD void drain(void) {
    uint32_t begin = tracer_now_us();
    uint32_t used = tracer.ring.used;
    while (tracer.ring.used != 0 && tracer_now_us() - begin < TRACER_PATIENCE_US) {
        tracer_pump();
        if (tracer.ring.used != used) {
            used = tracer.ring.used;
            begin = tracer_now_us();
        }
    }
}

COLD void tracer_stop(void) {
    tracer_take_turn();
    if (TRACER_LOAD(&tracer_gate.on) == TRACER_ON) {
        uint32_t state = tracer_port_interrupts_off();
        tracer_write_notes(&state);
        tracer.patient = true;
        if (tracer.losing) {
            tracer_keyframe();
        }
        tracer_checkpoint();
        tracer_encode_rare(&tracer_encoder, TRACER_RARE_FINISH, 0);
        tracer_encode_flush(&tracer_encoder);
        make_room_for_notes(0);
        TRACER_STORE(&tracer_gate.on, TRACER_OFF);
        tracer_port_interrupts_on(state);
        drain();
    }
    tracer_give_turn();
}

COLD void tracer_poll(void) {
    tracer_take_turn();
    if (TRACER_LOAD(&tracer_gate.on) == TRACER_ON) {
        uint32_t state = tracer_port_interrupts_off();
        tracer_write_notes(&state);
        if (tracer_encoder.packet != NULL && tracer_now_us() - tracer_encoder.time_low >= FLUSH_AFTER_US) {
            tracer_encode_flush(&tracer_encoder);
        }
        tracer_pump(); // even if something is going on
        tracer_look_after(&state);
        tracer_port_interrupts_on(state);
    }
    tracer_give_turn();
}

COLD void tracer_sent(void) {
    if (tracer.ring.sending) {
        tracer_pump();
    }
}

COLD void tracer_want_keyframe(void) {
    tracer.wanted = true;
}

COLD uint32_t tracer_keyframes(void) {
    return tracer.keyframes;
}

COLD void tracer_stats(tracer_stats_t *stats) {
    uint32_t state = tracer_port_lock();
    const tracer_encoder_t *encoder = &tracer_encoder;
    stats->events = tracer_encode_events(encoder) + (tracer_gate.next - tracer_gate.first);
    stats->dropped = encoder->dropped;
    stats->packets = tracer.ring.packets;
    stats->bytes = tracer.ring.bytes;
    stats->stalled_us = tracer.stalled_us;
    stats->own_us = tracer.own_us;
    stats->keyframes = tracer.keyframes;
    stats->slots_most = tracer.ring.used_most;
    tracer_port_unlock(state);
}

