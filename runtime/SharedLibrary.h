// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SHAREDLIBRARY_H
#define TENON_RUNTIME_SHAREDLIBRARY_H

#include <tenon/c_api.h>

#include <memory>
#include <string>

namespace tenon {

struct LoadedTable {
  const tenon_program_table *table;
  std::shared_ptr<const void> owner; ///< keeps the library loaded
};

/// Opens a compiled library and finds its program table. The file is checked to be a complete ELF library for this
/// machine before the system's loader sees it, which would crash on a truncated one.
LoadedTable openLibrary(const std::string &path);

} // namespace tenon
#endif // TENON_RUNTIME_SHAREDLIBRARY_H
