# This file is part of mpheap, MIT licence.
#
# The module mpheap for MicroPython's ports that build with make (unix): give
# make USER_C_MODULES=.../firmware-tracer, the folder above this one.

MPHEAP_DIR := $(USERMOD_DIR)
TRACER_DIR := $(patsubst %/mpheap,%,$(USERMOD_DIR))

SRC_USERMOD_C += $(MPHEAP_DIR)/modmpheap.c

SRC_USERMOD_LIB_C += $(addprefix $(MPHEAP_DIR)/, \
	mpheap_callers.c \
	mpheap_graph.c \
	mpheap_heap.c \
	mpheap_hooks.c \
	mpheap_sites.c \
	posix/mpheap_port_posix.c \
	)

SRC_USERMOD_LIB_C += $(addprefix $(TRACER_DIR)/, \
	tracer.c \
	tracer_encode.c \
	tracer_events.c \
	tracer_graph.c \
	tracer_hooks.c \
	tracer_packet.c \
	tracer_range.c \
	tracer_ring.c \
	tracer_runs.c \
	tracer_snapshot.c \
	tracer_turn.c \
	tracer_words.c \
	)

CFLAGS_USERMOD += -I$(MPHEAP_DIR) -I$(MPHEAP_DIR)/posix -I$(TRACER_DIR)

# MPHEAP_SITES=0 leaves out what says which line allocates.
MPHEAP_SITES ?= 1
CFLAGS_USERMOD += -DMPHEAP_SITES=$(MPHEAP_SITES)

# MPHEAP_SNAPSHOTS=0 leaves out what sends who points to whom.
MPHEAP_SNAPSHOTS ?= 1
CFLAGS_USERMOD += -DMPHEAP_SNAPSHOTS=$(MPHEAP_SNAPSHOTS)

# Calls of these go through the hooks.
LDFLAGS_USERMOD += $(shell sed -n -e 's/^[a-z]/-Wl,--wrap=&/p' $(MPHEAP_DIR)/wrapped_symbols.txt)
ifneq ($(MPHEAP_SITES),0)
LDFLAGS_USERMOD += -Wl,--wrap=mp_execute_bytecode
endif
ifneq ($(MPHEAP_SNAPSHOTS),0)
LDFLAGS_USERMOD += -Wl,--wrap=gc_collect_root
endif
