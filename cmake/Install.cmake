# SPDX-License-Identifier: BSD-3-Clause
# Headers, both libraries, sci.pc and the CMake package.

include(CMakePackageConfigHelpers)

set(sci_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/sci)
set(sci_pc_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(DIRECTORY libsci/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# Two sets, so that a user of the shared library needs none of the archive's dependencies.
install(TARGETS sci EXPORT sciTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS sci_static EXPORT sciStaticTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(set sciTargets sciStaticTargets)
    install(EXPORT ${set} NAMESPACE sci:: DESTINATION ${sci_package_folder})
endforeach()

configure_package_config_file(cmake/sciConfig.cmake.in ${PROJECT_BINARY_DIR}/sciConfig.cmake
                              INSTALL_DESTINATION ${sci_package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sciConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sciConfig.cmake ${PROJECT_BINARY_DIR}/sciConfigVersion.cmake
        DESTINATION ${sci_package_folder})

# Relative to its own place, so that the installed tree may be moved.
file(RELATIVE_PATH sci_prefix_of_pc /prefix/${sci_pc_folder} /prefix)
configure_file(cmake/sci.pc.in ${PROJECT_BINARY_DIR}/sci.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/sci.pc DESTINATION ${sci_pc_folder})

install(FILES LICENSES/BSD-3-Clause.txt LICENSES/GPL-3.0-or-later.txt DESTINATION ${CMAKE_INSTALL_DOCDIR})
