# SPDX-License-Identifier: Apache-2.0
# tenon_tablegen(<target> <td file> <output> <mlir-tblgen flags...>): one generated file of a target, with a depfile.
# Include it as "<folder>/<output>", for instance "ir/Ops.h.inc".
set(TENON_GEN_DIR ${CMAKE_BINARY_DIR}/gen)
function(tenon_tablegen target td out)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(file ${TENON_GEN_DIR}/${folder}/${out})
  get_filename_component(dir ${file} DIRECTORY)
  file(MAKE_DIRECTORY ${dir})
  add_custom_command(OUTPUT ${file}
    COMMAND mlir-tblgen ${ARGN} -I ${CMAKE_SOURCE_DIR} -I ${MLIR_INCLUDE_DIRS} ${CMAKE_CURRENT_SOURCE_DIR}/${td}
            --write-if-changed -d ${file}.d -o ${file}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${td} mlir-tblgen DEPFILE ${file}.d VERBATIM)
  set_property(GLOBAL APPEND PROPERTY TENON_GEN_${target} ${file})
endfunction()
# tenon_generated(<target>): makes the files ready before the target's sources are compiled.
function(tenon_generated target)
  get_property(files GLOBAL PROPERTY TENON_GEN_${target})
  add_custom_target(${target}_gen DEPENDS ${files})
  add_dependencies(${target} ${target}_gen)
endfunction()
