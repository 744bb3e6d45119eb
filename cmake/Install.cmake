# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where, and the package: find_package(Tenon) gives Tenon::tenon and Tenon::runtime. Nothing
# installed names the prefix, so it may be moved.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Tenon)

set(libraries tenon_runtime tenon_images tenon_search)
set(programs)
if(TARGET tenon)
  list(APPEND libraries tenon)
  target_compile_features(tenon INTERFACE cxx_std_20)
endif()
foreach(tool tenon tenon-lsp-server tenon-opt tenon-reduce tenon-run)
  if(EXISTS ${CMAKE_SOURCE_DIR}/tools/${tool}/CMakeLists.txt AND "tools" IN_LIST TENON_FOLDERS)
    get_property(targets DIRECTORY tools/${tool} PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target ${targets})
      get_target_property(type ${target} TYPE)
      if(type STREQUAL EXECUTABLE)
        list(APPEND programs ${target})
      endif()
    endforeach()
  endif()
endforeach()

file(RELATIVE_PATH from_bin /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
# libMLIR lies in LLVM's own folder, which the loader does not search by itself.
set_target_properties(tenon_runtime tenon_images tenon_search PROPERTIES INSTALL_RPATH "$ORIGIN")
if(TARGET tenon)
  set_target_properties(tenon PROPERTIES INSTALL_RPATH "$ORIGIN;${LLVM_LIBRARY_DIR}")
endif()
install(TARGETS ${libraries} EXPORT TenonTargets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(programs)
  set_target_properties(${programs} PROPERTIES INSTALL_RPATH "$ORIGIN/${from_bin};${LLVM_LIBRARY_DIR}")
  install(TARGETS ${programs})
endif()
install(DIRECTORY runtime/include/tenon DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET tenon)
  install(DIRECTORY frontend/include/tenon DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()

install(EXPORT TenonTargets NAMESPACE Tenon:: DESTINATION ${package_dir})
configure_package_config_file(cmake/TenonConfig.cmake.in ${CMAKE_BINARY_DIR}/TenonConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/TenonConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/TenonConfig.cmake ${CMAKE_BINARY_DIR}/TenonConfigVersion.cmake
        DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
