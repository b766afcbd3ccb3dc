# SPDX-License-Identifier: BSD-3-Clause
# What libsci and the programs need. docs/dependencies.md says why.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(libxxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(libcrypto REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)

# Where several builds of HDF5 are installed, `hdf5` may name the one for MPI.
pkg_check_modules(hdf5 IMPORTED_TARGET hdf5-serial)
set(sci_hdf5_module hdf5-serial)
if(NOT hdf5_FOUND)
    pkg_check_modules(hdf5 REQUIRED IMPORTED_TARGET hdf5)
    set(sci_hdf5_module hdf5)
endif()

# Debian's shared HDF5 drags in curl and 30 more libraries, which take longer to load than a small array
# takes to process. So the programs link the archive beside it, where there is one that links.
add_library(sci_hdf5 INTERFACE)
find_library(SCI_HDF5_ARCHIVE NAMES libhdf5.a PATHS ${hdf5_LIBRARY_DIRS} NO_DEFAULT_PATH)
mark_as_advanced(SCI_HDF5_ARCHIVE)
if(SCI_HDF5_ARCHIVE)
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_INCLUDES ${hdf5_INCLUDE_DIRS})
    set(CMAKE_REQUIRED_LIBRARIES ${SCI_HDF5_ARCHIVE} sz z m dl)
    check_c_source_compiles("#include <hdf5.h>\nint main(void) { return H5open() < 0; }"
                            SCI_HDF5_ARCHIVE_LINKS)
    unset(CMAKE_REQUIRED_INCLUDES)
    unset(CMAKE_REQUIRED_LIBRARIES)
endif()
if(SCI_HDF5_ARCHIVE_LINKS)
    target_include_directories(sci_hdf5 SYSTEM INTERFACE ${hdf5_INCLUDE_DIRS})
    target_link_libraries(sci_hdf5 INTERFACE ${SCI_HDF5_ARCHIVE} sz z m dl)
else()
    target_link_libraries(sci_hdf5 INTERFACE PkgConfig::hdf5)
endif()

# GSL for the distributions of tests, over the BLAS and LAPACK of OpenBLAS. The serial build:
# its results must not depend on how many threads there are. It has no lock around its buffers, so only one
# thread of ours may be inside BLAS or LAPACK at a time.
pkg_check_modules(gsl REQUIRED gsl)
find_library(SCI_OPENBLAS_LIBRARY NAMES openblas PATH_SUFFIXES openblas-serial REQUIRED
             HINTS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial)
find_path(SCI_OPENBLAS_INCLUDE NAMES cblas.h PATH_SUFFIXES openblas-serial REQUIRED
          HINTS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial)
find_library(SCI_GSL_LIBRARY NAMES gsl HINTS ${gsl_LIBRARY_DIRS} REQUIRED)
mark_as_advanced(SCI_OPENBLAS_LIBRARY SCI_OPENBLAS_INCLUDE SCI_GSL_LIBRARY)
add_library(sci_gsl INTERFACE)
target_include_directories(sci_gsl SYSTEM INTERFACE ${gsl_INCLUDE_DIRS} ${SCI_OPENBLAS_INCLUDE})
target_link_libraries(sci_gsl INTERFACE ${SCI_GSL_LIBRARY} ${SCI_OPENBLAS_LIBRARY} m)
