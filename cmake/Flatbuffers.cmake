# SPDX-License-Identifier: Apache-2.0
# tenon_schema(<target> <name.fbs>...): C++ readers and writers of the file schemas, included as "schema/<name>_generated.h".
find_program(TENON_FLATC flatc REQUIRED)
function(tenon_schema target)
  set(dir ${CMAKE_BINARY_DIR}/gen/schema)
  file(MAKE_DIRECTORY ${dir})
  foreach(schema ${ARGN})
    get_filename_component(name ${schema} NAME_WE)
    add_custom_command(OUTPUT ${dir}/${name}_generated.h
      COMMAND ${TENON_FLATC} --cpp --cpp-std c++17 --scoped-enums --gen-object-api -o ${dir} ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${schema} VERBATIM)
    list(APPEND files ${dir}/${name}_generated.h)
  endforeach()
  add_custom_target(${target}_schema DEPENDS ${files})
  add_dependencies(${target} ${target}_schema)
endfunction()
