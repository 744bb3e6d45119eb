// SPDX-License-Identifier: Apache-2.0
// What reader and writer of HDF5 files share: identifiers that close themselves, and silence.
#pragma once
#include <cstdint>
#include <hdf5.h>
#include <memory>
#include <utility>

namespace tenon::files {

/// Keeps libhdf5 from printing its stack of errors, as long as this lives.
class QuietHdf5 {
public:
  QuietHdf5() {
    // What a damaged file left behind would make libhdf5 complain when the process ends; whatever is written is written
    // out before.
    static const herr_t once = H5dont_atexit();
    (void)once;
    H5Eget_auto2(H5E_DEFAULT, &function, &data);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~QuietHdf5() { H5Eset_auto2(H5E_DEFAULT, function, data); }
  QuietHdf5(const QuietHdf5 &) = delete;

private:
  H5E_auto2_t function = nullptr;
  void *data = nullptr;
};

/// An identifier of libhdf5's, closed at the end.
class Hdf5Handle {
public:
  Hdf5Handle(hid_t id, herr_t (*close)(hid_t)) : id(id), close(close) {}
  Hdf5Handle(Hdf5Handle &&other) noexcept : id(std::exchange(other.id, -1)), close(other.close) {}
  ~Hdf5Handle() {
    if (id >= 0)
      close(id);
  }
  explicit operator bool() const { return id >= 0; }
  operator hid_t() const { return id; }

private:
  hid_t id;
  herr_t (*close)(hid_t);
};

/// A file's identifier behind a pointer, so that headers need not know libhdf5.
inline std::shared_ptr<void> sharedHdf5File(hid_t id) {
  return std::shared_ptr<void>(reinterpret_cast<void *>(static_cast<intptr_t>(id)), [](void *handle) {
    QuietHdf5 quiet;
    H5Fclose(static_cast<hid_t>(reinterpret_cast<intptr_t>(handle)));
  });
}
inline hid_t hdf5Id(const std::shared_ptr<void> &file) {
  return static_cast<hid_t>(reinterpret_cast<intptr_t>(file.get()));
}

} // namespace tenon::files
