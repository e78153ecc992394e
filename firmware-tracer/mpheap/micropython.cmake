# This file is part of mpheap, MIT licence.
#
# The module mpheap for MicroPython's rp2 port (RP2040): give its build
# USER_C_MODULES=.../firmware-tracer/mpheap/micropython.cmake

if(NOT PICO_PLATFORM MATCHES "^rp2040")
    message(FATAL_ERROR "mpheap: this port is for the RP2040, not for ${PICO_PLATFORM}")
endif()

set(MPHEAP_DIR ${CMAKE_CURRENT_LIST_DIR})
get_filename_component(TRACER_DIR ${MPHEAP_DIR} DIRECTORY)

set(MPHEAP_SOURCES
    ${MPHEAP_DIR}/modmpheap.c
    ${MPHEAP_DIR}/mpheap_callers.c
    ${MPHEAP_DIR}/mpheap_graph.c
    ${MPHEAP_DIR}/mpheap_heap.c
    ${MPHEAP_DIR}/mpheap_hooks.c
    ${MPHEAP_DIR}/mpheap_sites.c
    ${MPHEAP_DIR}/rp2/mpheap_port_rp2.c
    ${TRACER_DIR}/port_rp2040.c
    ${TRACER_DIR}/tracer.c
    ${TRACER_DIR}/tracer_encode.c
    ${TRACER_DIR}/tracer_events.c
    ${TRACER_DIR}/tracer_graph.c
    ${TRACER_DIR}/tracer_hooks.c
    ${TRACER_DIR}/tracer_packet.c
    ${TRACER_DIR}/tracer_range.c
    ${TRACER_DIR}/tracer_ring.c
    ${TRACER_DIR}/tracer_runs.c
    ${TRACER_DIR}/tracer_snapshot.c
    ${TRACER_DIR}/tracer_turn.c
    ${TRACER_DIR}/tracer_words.c
)

# The firmware as a whole is built for size, which makes the encoder slow.
set_source_files_properties(${MPHEAP_SOURCES} PROPERTIES COMPILE_OPTIONS "-O2")

add_library(usermod_mpheap INTERFACE)
target_sources(usermod_mpheap INTERFACE ${MPHEAP_SOURCES})
target_include_directories(usermod_mpheap INTERFACE ${MPHEAP_DIR} ${MPHEAP_DIR}/rp2 ${TRACER_DIR})

# MPHEAP_SITES=0 leaves out what says which line allocates.
if(NOT DEFINED MPHEAP_SITES)
    set(MPHEAP_SITES 1)
endif()
target_compile_definitions(usermod_mpheap INTERFACE MPHEAP_SITES=${MPHEAP_SITES})

# MPHEAP_SNAPSHOTS=0 leaves out what sends who points to whom.
if(NOT DEFINED MPHEAP_SNAPSHOTS)
    set(MPHEAP_SNAPSHOTS 1)
endif()
target_compile_definitions(usermod_mpheap INTERFACE MPHEAP_SNAPSHOTS=${MPHEAP_SNAPSHOTS})

# Calls of these go through the hooks.
file(STRINGS ${MPHEAP_DIR}/wrapped_symbols.txt MPHEAP_WRAPPED REGEX "^[a-z]")
if(MPHEAP_SITES)
    list(APPEND MPHEAP_WRAPPED mp_execute_bytecode)
endif()
if(MPHEAP_SNAPSHOTS)
    list(APPEND MPHEAP_WRAPPED gc_collect_root)
endif()
foreach(symbol IN LISTS MPHEAP_WRAPPED ITEMS mp_thread_deinit)
    target_link_options(usermod_mpheap INTERFACE "LINKER:--wrap=${symbol}")
endforeach()

target_link_libraries(usermod INTERFACE usermod_mpheap)
