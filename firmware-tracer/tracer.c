// This file is part of mpheap, MIT licence.

#include "tracer_core.h"

#include <string.h>

#define FLUSH_AFTER_US (100000)
#define KEYFRAME_AFTER_US (1000000)
// A packet has up to 4,095 events, and this is looked at between packets.
#define CHECKPOINT_AFTER_EVENTS (4000)

tracer_t tracer;
tracer_request_t *tracer_request;
uint32_t tracer_threshold = TRACER_NONE;
bool tracer_enabled = true;

// --- The turn -------------------------------------------------------------------

#if TRACER_CORES > 1
void tracer_take_turn(void) {
    uint32_t core = tracer_port_core();
    for (;;) {
        uint32_t state = tracer_port_lock();
        bool mine = tracer.turns == 0 || tracer.turn_core == core;
        if (mine) {
            tracer.turn_core = core;
            tracer.turns++;
        }
        tracer_port_unlock(state);
        if (mine) {
            return;
        }
    }
}

void tracer_give_turn(void) {
    uint32_t state = tracer_port_lock();
    tracer.turns--;
    tracer_port_unlock(state);
}

#endif

// --- Slots ----------------------------------------------------------------------

// Less what interrupts waited meanwhile, which they counted.
static COLD void waited_since(uint32_t begin, uint32_t stalled_before) {
    uint32_t waited = tracer_now_us() - begin - (tracer.stalled_us - stalled_before);
    tracer.stalled_us += waited;
    tracer.owed_us += waited;
}

static uint8_t *sink_open(void *self) {
    (void)self;
    if (tracer.losing) {
        return NULL;
    }
    uint8_t *slot = tracer_ring_open(&tracer.ring);
    if (slot == NULL && tracer.patient) {
        uint32_t begin = tracer_now_us();
        uint32_t stalled_before = tracer.stalled_us;
        while (slot == NULL) {
            slot = tracer_ring_open(&tracer.ring);
        }
        waited_since(begin, stalled_before);
    }
    tracer.losing = slot == NULL;
    return slot;
}

static void sink_close(void *self, size_t length) {
    (void)self;
    tracer_ring_close(&tracer.ring, length);
}

static uint32_t sink_crc32(const uint8_t *data, size_t length) {
    return tracer.setup.crc32(0, data, length);
}

COLD void tracer_settle(void) {
    uint32_t owed = tracer.owed_us;
    if (owed != 0 && tracer_encode_rare(&tracer.encoder, TRACER_RARE_STALL, ROOM_NUMBER)) {
        tracer_encode_number(&tracer.encoder, owed);
        tracer.owed_us -= owed;
    }
}

COLD void tracer_own_time(uint32_t begin, uint32_t stalled_before) {
    uint32_t own = tracer_now_us() - begin - (tracer.stalled_us - stalled_before);
    tracer.own_us += own;
    tracer.owed_us += own;
}

// The next record needs a packet. Waits for its slot, the lock open now and
// then, so that the record itself need not wait.
COLD bool tracer_next_slot(uint32_t *state) {
    if (!tracer.on) {
        tracer_port_unlock(*state);
        return false;
    }
    tracer.due = true;
    tracer_encode_flush(&tracer.encoder);
    if (tracer.patient && tracer_ring_free(&tracer.ring) == 0) {
        uint32_t begin = tracer_now_us();
        uint32_t stalled_before = tracer.stalled_us;
        do {
            tracer_port_unlock(*state);
            *state = tracer_port_lock();
            tracer_ring_pump(&tracer.ring);
        } while (tracer_ring_free(&tracer.ring) == 0 && tracer.encoder.left == 0);
        waited_since(begin, stalled_before);
    }
    tracer_settle();
    return true;
}

// --- What is due ------------------------------------------------------------------

// What is due when the trace is in step with the heap; locked.
COLD void tracer_look_after(void) {
    if (tracer_request != NULL || tracer.nest != 0 || tracer_port_in_interrupt()) {
        return; // something is going on
    }
    tracer.due = false;
    tracer_ring_pump(&tracer.ring);
    size_t available = tracer_ring_free(&tracer.ring);
    bool half_free = available * 2 >= tracer.ring.size;
    bool time_for_one = tracer_now_us() - tracer.keyframe_at >= KEYFRAME_AFTER_US;
    if ((half_free && (tracer.losing || time_for_one)) || (tracer.wanted && (half_free || tracer.patient))) {
        tracer_keyframe();
    } else if (!tracer.losing && available > 1 && tracer.encoder.events - tracer.checked_at >= CHECKPOINT_AFTER_EVENTS) {
        tracer_checkpoint();
    }
}

// --- Starting and stopping ----------------------------------------------------

COLD void tracer_start(const tracer_setup_t *setup) {
    if (tracer.on) {
        tracer_stop();
    }
    tracer_take_turn();
    uint32_t state = tracer_port_lock();
    uint8_t sequence = tracer.encoder.sequence;
    uint32_t turns = tracer.turns;
    uint32_t core = tracer.turn_core;
    memset(&tracer, 0, sizeof(tracer));
    tracer.turns = turns;
    tracer.turn_core = core;
    tracer.setup = *setup;
    tracer.sink = (tracer_sink_t) { sink_open, sink_close, sink_crc32, NULL, setup->clock };
    tracer_ring_init(&tracer.ring, setup->slots, setup->n_slots, setup->line);
    tracer_encode_init(&tracer.encoder, &tracer.sink, setup->flags);
    tracer.encoder.sequence = sequence;
    tracer.encoder.time_low = tracer_now_us();
    tracer.encoder.time_high = setup->clock_high;
    tracer.patient = setup->policy == TRACER_STALL;
    tracer_counters_t counters;
    setup->heap->counters(&counters);
    tracer_threshold = counters.threshold;
    tracer_enabled = counters.enabled;
    tracer_keyframe();
    tracer.on = true;
    tracer_port_unlock(state);
    tracer_give_turn();
}

COLD void tracer_stop(void) {
    if (!tracer.on) {
        return;
    }
    tracer_take_turn();
    uint32_t state = tracer_port_lock();
    tracer.patient = true;
    if (tracer.losing) {
        tracer_keyframe();
    }
    tracer_checkpoint();
    tracer_encode_rare(&tracer.encoder, TRACER_RARE_FINISH, 0);
    tracer_encode_flush(&tracer.encoder);
    tracer.on = false;
    while (tracer.ring.used != 0) {
        tracer_port_unlock(state);
        state = tracer_port_lock();
        tracer_ring_pump(&tracer.ring);
    }
    tracer_port_unlock(state);
    tracer_give_turn();
}

COLD void tracer_poll(void) {
    tracer_take_turn();
    if (tracer.on) {
        uint32_t state = tracer_port_lock();
        if (tracer.encoder.packet != NULL && tracer_now_us() - tracer.encoder.time_low >= FLUSH_AFTER_US) {
            tracer_encode_flush(&tracer.encoder);
        }
        tracer_ring_pump(&tracer.ring); // even if something is going on
        tracer_look_after();
        tracer_port_unlock(state);
    }
    tracer_give_turn();
}

COLD void tracer_sent(void) {
    uint32_t state = tracer_port_lock();
    if (tracer.ring.sending) {
        tracer_ring_pump(&tracer.ring);
    }
    tracer_port_unlock(state);
}

COLD void tracer_want_keyframe(void) {
    tracer.wanted = true;
}

COLD uint32_t tracer_keyframes(void) {
    return tracer.keyframes;
}

COLD void tracer_stats(tracer_stats_t *stats) {
    uint32_t state = tracer_port_lock();
    const tracer_encoder_t *encoder = &tracer.encoder;
    stats->events = tracer_encode_events(encoder);
    stats->dropped = encoder->dropped;
    stats->packets = tracer.ring.packets;
    stats->bytes = tracer.ring.bytes;
    stats->stalled_us = tracer.stalled_us;
    stats->own_us = tracer.own_us;
    stats->keyframes = tracer.keyframes;
    stats->slots_most = tracer.ring.used_most;
    tracer_port_unlock(state);
}

