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
pkg_check_modules(sndfile REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(soxr REQUIRED IMPORTED_TARGET soxr)
pkg_check_modules(ebur128 REQUIRED IMPORTED_TARGET libebur128>=1.2)
pkg_check_modules(fftw REQUIRED IMPORTED_TARGET fftw3)
pkg_check_modules(fftwf REQUIRED IMPORTED_TARGET fftw3f)
pkg_check_modules(udunits REQUIRED IMPORTED_TARGET udunits)

# Where several builds of HDF5 are installed, `hdf5` may name the one for MPI.
pkg_check_modules(hdf5 IMPORTED_TARGET hdf5-serial)
set(sci_hdf5_module hdf5-serial)
if(NOT hdf5_FOUND)
    pkg_check_modules(hdf5 REQUIRED IMPORTED_TARGET hdf5)
    set(sci_hdf5_module hdf5)
endif()

# sci_archive(TARGET SHARED FUNCTION NAMES...): the interface library TARGET stands for the archives libNAME.a,
# where they are installed and a program that calls FUNCTION links with them, else for SHARED. A shared
# library that is linked takes 0.2 ms of every start of a program, two that are large (libcrypto, GSL) 2 ms.
include(CheckFunctionExists)
function(sci_archive target shared function)
    set(archives)
    foreach(name IN LISTS ARGN)
        find_library(SCI_ARCHIVE_${name} NAMES lib${name}.a)
        mark_as_advanced(SCI_ARCHIVE_${name})
        list(APPEND archives ${SCI_ARCHIVE_${name}})
    endforeach()
    add_library(${target} INTERFACE)
    set(CMAKE_REQUIRED_LIBRARIES ${archives} m)
    check_function_exists(${function} ${target}_LINKS)
    if(${target}_LINKS)
        target_link_libraries(${target} INTERFACE ${archives})
    else()
        target_link_libraries(${target} INTERFACE ${shared})
    endif()
endfunction()

sci_archive(sci_deflate PkgConfig::libdeflate libdeflate_deflate_compress deflate)
sci_archive(sci_crypto PkgConfig::libcrypto SHA256_Update crypto)
sci_archive(sci_zlib PkgConfig::zlib inflate z)
sci_archive(sci_fftw PkgConfig::fftw fftw_execute fftw3)
sci_archive(sci_fftwf PkgConfig::fftwf fftwf_execute fftw3f)
sci_archive(sci_udunits PkgConfig::udunits ut_read_xml udunits2 expat)
sci_archive(sci_szip sz SZ_BufftoBuffDecompress sz aec)

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
    target_link_libraries(sci_hdf5 INTERFACE ${SCI_HDF5_ARCHIVE} sci_szip sci_zlib m dl)
else()
    target_link_libraries(sci_hdf5 INTERFACE PkgConfig::hdf5)
endif()

# GSL for the distributions of tests. OpenBLAS is loaded by the runs that need it (apps/genomics/lapack.c), the
# serial build: its results must not depend on how many threads there are. It has no lock around its
# buffers, so only one thread of ours may be inside BLAS or LAPACK at a time.
pkg_check_modules(gsl REQUIRED IMPORTED_TARGET gsl)
sci_archive(sci_gsl PkgConfig::gsl gsl_cdf_chisq_Q gsl)
find_library(SCI_OPENBLAS_LIBRARY NAMES openblas PATH_SUFFIXES openblas-serial REQUIRED
             HINTS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial)
find_path(SCI_OPENBLAS_INCLUDE NAMES cblas.h PATH_SUFFIXES openblas-serial REQUIRED
          HINTS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial)
mark_as_advanced(SCI_OPENBLAS_LIBRARY SCI_OPENBLAS_INCLUDE)
get_filename_component(sci_openblas_folder ${SCI_OPENBLAS_LIBRARY} DIRECTORY)
add_library(sci_openblas INTERFACE)
target_include_directories(sci_openblas SYSTEM INTERFACE ${SCI_OPENBLAS_INCLUDE})
target_compile_definitions(sci_openblas INTERFACE SCI_OPENBLAS_FOLDER="${sci_openblas_folder}")
