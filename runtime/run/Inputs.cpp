// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Inputs.h"

#include <tenon/error.h>
#include <tenon/npy.h>

namespace tenon::run {

std::vector<std::string> assign(const char *option, const std::vector<NamedFile> &files,
                                const std::vector<TensorSpec> &specs) {
  std::vector<std::string> paths(specs.size());
  for (auto &file : files) {
    size_t i = 0;
    while (i < specs.size() && (file.name.empty() ? !paths[i].empty() : specs[i].name != file.name))
      ++i;
    if (i == specs.size()) {
      std::string known;
      for (auto &spec : specs)
        known += (known.empty() ? "" : ", ") + spec.name;
      throw Error(std::string(option) +
                      (file.name.empty() ? " " + file.path + " is one too many" : ": there is no '" + file.name + "'") +
                      "; the program has " + known,
                  Fault::Usage);
    }
    if (!paths[i].empty())
      throw Error(std::string(option) + ": '" + specs[i].name + "' is given twice", Fault::Usage);
    paths[i] = file.path;
  }
  return paths;
}

Array loadInput(const std::string &path, const TensorSpec &spec) {
  Array input = npy::load(path);
  if (input.dtype() != spec.dtype)
    throw Error(path + ": holds " + nameOf(input.dtype()) + ", but input '" + spec.name + "' takes " + nameOf(spec.dtype));
  return input;
}

} // namespace tenon::run
