// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_CALLBACKS_FOLDER_H
#define TENON_RUNTIME_CALLBACKS_FOLDER_H

#include <string>

namespace tenon::callbacks {

/// A folder that one process at a time writes to: made where it is missing, locked while this lives. Errors name the
/// path and what the system says.
class LockedFolder {
public:
  /// An Error when the folder cannot be made, or another process has it.
  explicit LockedFolder(const std::string &path);
  ~LockedFolder();
  LockedFolder(const LockedFolder &) = delete;

  std::string file(const std::string &name) const { return path_ + "/" + name; }
  bool has(const std::string &name) const;
  /// Gives a file a second name, in place of what had it; where the file system has no links, moves it.
  void link(const std::string &from, const std::string &to);
  /// Moves a file, in place of what had the name; on the disk when this returns.
  void rename(const std::string &from, const std::string &to);
  void remove(const std::string &name);
  /// Removes what writing or linking `name` left behind when the process was killed.
  void removeTemporaries(const std::string &name);
  void removeIfEmpty();

private:
  [[noreturn]] void fail(const std::string &name, const char *what) const;
  std::string path_;
  int descriptor_;
};

} // namespace tenon::callbacks
#endif // TENON_RUNTIME_CALLBACKS_FOLDER_H
