// SPDX-License-Identifier: Apache-2.0
#include <tenon/npy.h>

#include "runtime/Npy.h"
#include "runtime/Zip.h"

#include <tenon/error.h>

namespace tenon::npy {
namespace {
constexpr std::string_view kEnding = ".npy";
}

std::map<std::string, Array> loadNpz(const std::string &path, const NpzOptions &options) {
  ZipReader zip(path);
  std::map<std::string, Array> arrays;
  for (const std::string &name : zip.names()) {
    if (name.size() <= kEnding.size() || name.substr(name.size() - kEnding.size()) != kEnding)
      throw Error(path + ": entry '" + name + "' is no .npy file");
    arrays.emplace(name.substr(0, name.size() - kEnding.size()),
                   parse(zip.read(name, options.verify), path + ", " + name).array());
  }
  return arrays;
}

void saveNpz(const std::string &path, const std::map<std::string, Array> &arrays) {
  for (auto &[name, array] : arrays)
    if (name.empty() || name.size() > 60000)
      throw Error(path + ": an array's name has " + std::to_string(name.size()) + " characters, expected 1 to 60000");
  ZipWriter zip(path);
  for (auto &[name, array] : arrays)
    zip.add(name + ".npy", headerOf(array), array.raw(), array.bytes());
  zip.close();
}

} // namespace tenon::npy
