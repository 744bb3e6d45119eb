# SPDX-License-Identifier: Apache-2.0
# Everything Tenon is built from. LLVM and MLIR come as the two shared libraries only: a component target (MLIRxxx,
# LLVMxxx) would bring a second, static copy into the process.
find_package(MLIR 22.1 REQUIRED CONFIG PATHS /usr/lib/llvm-22 NO_DEFAULT_PATH)
find_package(LLD 22.1 REQUIRED CONFIG PATHS /usr/lib/llvm-22 NO_DEFAULT_PATH)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(FlatBuffers REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG 1.6 REQUIRED)

find_package(HDF5 1.10 REQUIRED COMPONENTS C)
# Debian's CMake configuration of libzip asks for programs that its library does not need.
find_path(TENON_LIBZIP_INCLUDE zip.h REQUIRED)
find_library(TENON_LIBZIP zip REQUIRED)

# What Keras's files are read and written with; the runtime and what it makes link none of it.
add_library(tenon_archives INTERFACE)
target_include_directories(tenon_archives SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS} ${TENON_LIBZIP_INCLUDE})
target_link_libraries(tenon_archives INTERFACE ${HDF5_C_LIBRARIES} ${TENON_LIBZIP} ZLIB::ZLIB)

set(TENON_LLVM_BIN ${LLVM_TOOLS_BINARY_DIR})
add_link_options(-fuse-ld=lld -B${TENON_LLVM_BIN})

add_library(tenon_llvm INTERFACE)
target_include_directories(tenon_llvm SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS})
separate_arguments(tenon_llvm_definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
target_compile_options(tenon_llvm INTERFACE ${tenon_llvm_definitions})
target_link_libraries(tenon_llvm INTERFACE MLIR LLVM)

# Warnings of our own code; compiler-side files are built with -O1, which compiles a third faster than -O2.
add_library(tenon_warnings INTERFACE)
target_compile_options(tenon_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wno-unused-parameter>
                       $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>) # false alarms of g++ 12 in std::string
add_library(tenon_compiler_side INTERFACE)
target_compile_options(tenon_compiler_side INTERFACE -O1)
target_link_libraries(tenon_compiler_side INTERFACE tenon_warnings tenon_llvm)

find_program(TENON_CCACHE ccache)
if(TENON_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TENON_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${TENON_CCACHE})
endif()
