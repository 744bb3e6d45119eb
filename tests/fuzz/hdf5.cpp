// SPDX-License-Identifier: Apache-2.0
// Everything that an HDF5 file holds, without a model that asks for it.
#include "tests/fuzz/Input.h"

#include "frontend/files/Hdf5.h"

using namespace tenon;

namespace {
void walk(const files::Hdf5File &file, const std::string &path, int depth) {
  for (const char *key : {"layer_names", "weight_names", "name", "model_config", "text_7"})
    file.texts(path, key);
  if (depth == 0)
    return;
  for (const std::string &member : file.members(path)) {
    const std::string full = path == "/" ? member : path + "/" + member;
    auto found = file.dataset(full);
    if (!found) {
      walk(file, full, depth - 1);
    } else if (found->type == "float32" || found->type.find("int") != std::string::npos) {
      Array values(found->shape, found->type == "float32" ? DType::F32 : DType::I64);
      file.read(full, values);
      fuzz::touch(values);
    }
  }
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::readBytes({reinterpret_cast<const char *>(data), size}, [](std::string_view bytes, const std::string &what) {
    const files::Hdf5File file(bytes, what);
    // Limits what groups that contain one another would have walked through.
    file.dataBytes();
    walk(file, "/", 4);
  });
  return 0;
}
