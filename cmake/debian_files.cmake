# Run by CPack before it builds a package: what Debian wants of one that a plain installation does not.
# Manual pages compressed, a changelog, and the licence as `copyright`.

function(gzip file)
  execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(changelog file)
  execute_process(COMMAND date -u -R -d ${CPACK_MPHEAP_DATE}
    OUTPUT_VARIABLE day OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${file} "mpheap (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${day}
")
  gzip(${file})
endfunction()

function(copyright file)
  file(STRINGS ${CPACK_MPHEAP_SOURCE}/LICENSE holder REGEX "^Copyright")
  string(REGEX REPLACE "^Copyright \\([cC]\\) " "" holder "${holder}")
  file(READ ${CPACK_MPHEAP_SOURCE}/LICENSE licence)
  string(REGEX REPLACE "^.*\n(Permission is)" "\\1" licence "${licence}")
  string(REGEX REPLACE "\n\n" "\n.\n" licence "${licence}")
  string(REGEX REPLACE "\n+$" "" licence "${licence}")
  string(REPLACE "\n" "\n " licence "${licence}")
  file(WRITE ${file} "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: mpheap

Files: *
Copyright: ${holder}
License: Expat
 ${licence}
")
endfunction()

file(GLOB trees ${CPACK_TEMPORARY_DIRECTORY}/*)
foreach(tree IN LISTS trees)
  cmake_path(GET tree FILENAME package)
  if(NOT IS_DIRECTORY ${tree}/usr)
    continue()
  endif()
  set(documentation ${tree}/usr/share/doc/${package})
  file(MAKE_DIRECTORY ${documentation})
  changelog(${documentation}/changelog)
  copyright(${documentation}/copyright)
  file(REMOVE ${documentation}/LICENSE)
  file(GLOB_RECURSE pages ${tree}/usr/share/man/*.[1-8])
  foreach(page IN LISTS pages)
    gzip(${page})
  endforeach()
endforeach()
