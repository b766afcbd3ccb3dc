# SPDX-License-Identifier: BSD-3-Clause
# How every part of the project is compiled.

add_library(sci_flags INTERFACE)
target_compile_features(sci_flags INTERFACE c_std_17)
target_compile_definitions(sci_flags INTERFACE _POSIX_C_SOURCE=200809L)
target_compile_options(sci_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wdouble-promotion -Wformat=2
    # Contraction to fused multiply-add would make the bytes depend on the compiler.
    -ffp-contract=off -fno-math-errno)

set(CMAKE_C_EXTENSIONS OFF)

# sci_part(TARGET SOURCES...): a static library of our own, not installed.
function(sci_part target)
    add_library(${target} STATIC ${ARGN})
    target_link_libraries(${target} PRIVATE sci_flags)
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
endfunction()

# sci_program(NAME PART): bin/NAME from main.c in this folder and the static library PART.
function(sci_program name part)
    add_executable(${name} main.c)
    target_link_libraries(${name} PRIVATE ${part} sci_flags)
    target_link_options(${name} PRIVATE LINKER:--as-needed)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
