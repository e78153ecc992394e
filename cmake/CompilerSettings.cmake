# Warnings, sanitizers and the compiler cache.
#
# `mpheap_settings` is what every target of ours links privately; it carries warnings only, so
# none of it reaches a project that links libheap.

add_library(mpheap_settings INTERFACE)

set(mpheap_warnings -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wcast-align -Wformat=2
  -Wconversion -Wno-sign-conversion)  # as g++ means it; clang would take signs in too
set(mpheap_cxx_warnings -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi
  -Wno-missing-field-initializers)  # what a designated initialiser leaves out is meant
# g++ 12 warns of overlaps in std::string's own `"text" + string` (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND mpheap_cxx_warnings -Wno-restrict)
endif()
if(MPHEAP_WERROR)
  list(APPEND mpheap_warnings -Werror)
endif()
target_compile_options(mpheap_settings INTERFACE
  $<$<COMPILE_LANGUAGE:C,CXX>:${mpheap_warnings}>
  $<$<COMPILE_LANGUAGE:CXX>:${mpheap_cxx_warnings}>)

# Sanitizers must cover every object that is linked, so they are set for the directory.
if(MPHEAP_SANITIZE)
  add_compile_options(
    -fsanitize=${MPHEAP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MPHEAP_SANITIZE})
  if(MPHEAP_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Boost.Asio has fences, which g++ warns that the thread sanitizer does not see.
    add_compile_options(-Wno-tsan)
  endif()
  add_compile_definitions($<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
endif()

if(PROJECT_IS_TOP_LEVEL)
  find_program(MPHEAP_CCACHE ccache DOC "Compiler cache; empty for none")
  mark_as_advanced(MPHEAP_CCACHE)
  foreach(language IN ITEMS C CXX)
    if(MPHEAP_CCACHE AND NOT CMAKE_${language}_COMPILER_LAUNCHER)
      # What one checkout compiled serves others too, whatever folder they are in.
      set(CMAKE_${language}_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${MPHEAP_CCACHE})
    endif()
  endforeach()
endif()
