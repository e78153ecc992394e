# What `cmake --install` puts where beside the command and the library, and two Debian packages of it:
# mpheap, the command, and libheap-dev, the library to link.
#
#     cmake --build build/release
#     cpack --config build/release/CPackConfig.cmake -B build/release/packages

set(documentation ${CMAKE_INSTALL_DATADIR}/doc/mpheap)
install(FILES README.md LICENSE DESTINATION ${documentation} COMPONENT mpheap)
install(DIRECTORY docs/ DESTINATION ${documentation}/docs COMPONENT mpheap
  PATTERN help EXCLUDE)  # they are in the command
install(DIRECTORY traces/ DESTINATION ${documentation}/examples COMPONENT mpheap)
# USER_C_MODULES of a MicroPython build points here.
install(DIRECTORY firmware-tracer DESTINATION ${CMAKE_INSTALL_DATADIR}/mpheap COMPONENT mpheap)

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME mpheap)
# CPack's own words: then each package is described by its own alone.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "mpheap built using CMake")
set(CPACK_PACKAGE_CONTACT "The mpheap developers <mpheap@mpheap.dev>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL mpheap libheap-dev)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian_files.cmake)
set(CPACK_MPHEAP_DATE ${MPHEAP_DATE})
set(CPACK_MPHEAP_SOURCE ${PROJECT_SOURCE_DIR})

set(CPACK_DEBIAN_MPHEAP_PACKAGE_NAME mpheap)
set(CPACK_DEBIAN_MPHEAP_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_MPHEAP_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_MPHEAP_PACKAGE_SUGGESTS "bash-completion, parallel")
set(CPACK_COMPONENT_MPHEAP_DESCRIPTION
"shows what MicroPython's garbage-collected heap does
mpheap replays a trace of every allocation, free, resize and collect of a
MicroPython program on the RP2040 against a bit-exact model of the heap. It
says why allocations failed, how long collects stop the program, which lines
of Python allocate, what splits the heap, and what to pass to gc.threshold.")

set(CPACK_DEBIAN_LIBHEAP-DEV_PACKAGE_NAME libheap-dev)
set(CPACK_DEBIAN_LIBHEAP-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBHEAP-DEV_PACKAGE_DEPENDS
  "libcairo2-dev, libelf-dev, libfmt-dev, libzstd-dev, nlohmann-json3-dev, pkg-config, zlib1g-dev")
set(CPACK_COMPONENT_LIBHEAP-DEV_DESCRIPTION
"replays and analyses traces of MicroPython's heap
The library behind mpheap, to link: it reads traces of MicroPython's heap,
replays them against a bit-exact model of each release's collector, simulates
other settings, and computes everything that mpheap reports. With a package
for find_package(libheap).")

include(CPack)
