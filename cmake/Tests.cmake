# SPDX-License-Identifier: Apache-2.0
enable_testing()
find_package(GTest 1.12 REQUIRED)

# tenon_test(<name> SOURCES <files...> LINK <targets...>): one GoogleTest executable in bin/, one entry of ctest; ./dev sums
# the counts that GoogleTest prints.
function(tenon_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/gen)
  target_link_libraries(${name} PRIVATE ${arg_LINK} tenon_warnings GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE TENON_SOURCE_DIR="${CMAKE_SOURCE_DIR}" TENON_BIN_DIR="${CMAKE_BINARY_DIR}/bin"
                             TENON_LIB_DIR="${CMAKE_BINARY_DIR}/lib")
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# tenon_lit(<name>): the lit tests of the calling folder (*.mlir), one entry of ctest; see tests/lit.cfg.py.
function(tenon_lit name)
  add_test(NAME ${name} COMMAND ${TENON_LLVM_BIN}/lit -sv --param tenon_bin=${CMAKE_BINARY_DIR}/bin
           --param llvm_bin=${TENON_LLVM_BIN} --param output=${CMAKE_CURRENT_BINARY_DIR}/lit ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()
