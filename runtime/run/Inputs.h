// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_RUN_INPUTS_H
#define TENON_RUNTIME_RUN_INPUTS_H

#include "runtime/run/Options.h"

#include <tenon/program.h>

namespace tenon::run {

/// For every spec the path given for it, "" where there is none: by name, or the first that has none yet.
std::vector<std::string> assign(const char *option, const std::vector<NamedFile> &files,
                                const std::vector<TensorSpec> &specs);

/// The .npy file of an input, whose numbers must be of the kind that the input takes.
Array loadInput(const std::string &path, const TensorSpec &spec);

} // namespace tenon::run
#endif // TENON_RUNTIME_RUN_INPUTS_H
