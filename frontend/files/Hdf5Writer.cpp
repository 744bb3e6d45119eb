// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Hdf5Writer.h"
#include <cstdint>
#include <hdf5.h>
#include <tenon/error.h>
#include <utility>

namespace tenon::files {
namespace {

/// Keeps libhdf5 from printing its stack of errors, as long as this lives.
class QuietHdf5 {
public:
  QuietHdf5() {
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
class Handle {
public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id(id), close(close) {}
  Handle(Handle &&other) noexcept : id(std::exchange(other.id, -1)), close(other.close) {}
  ~Handle() {
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
std::shared_ptr<void> sharedHdf5File(hid_t id) {
  return std::shared_ptr<void>(reinterpret_cast<void *>(static_cast<intptr_t>(id)), [](void *handle) {
    QuietHdf5 quiet;
    H5Fclose(static_cast<hid_t>(reinterpret_cast<intptr_t>(handle)));
  });
}
hid_t hdf5Id(const std::shared_ptr<void> &file) {
  return static_cast<hid_t>(reinterpret_cast<intptr_t>(file.get()));
}


Handle textType() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/// Links that create the groups above what they lead to.
Handle withParents() {
  Handle creation(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(creation, 1);
  H5Pset_char_encoding(creation, H5T_CSET_UTF8);
  return creation;
}

} // namespace

void Hdf5Writer::fail(const std::string &path) const {
  throw Error(name + ": its " + path + " cannot be written; perhaps the memory does not suffice");
}

Hdf5Writer::Hdf5Writer(std::string given, uint64_t dataBytes) : name(std::move(given)) {
  QuietHdf5 quiet;
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  // In memory, with nothing behind it; it grows once.
  H5Pset_fapl_core(access, dataBytes + (1 << 20), /*backing_store=*/false);
  hid_t id = H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  if (id < 0)
    fail("root");
  file = sharedHdf5File(id);
}

void Hdf5Writer::group(const std::string &path) {
  QuietHdf5 quiet;
  if (path == "/")
    return;
  // libhdf5 wants each part of a path looked up before the next.
  for (size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    std::string part = path.substr(0, end);
    if (H5Lexists(hdf5Id(file), part.c_str(), H5P_DEFAULT) > 0)
      continue;
    Handle made(H5Gcreate2(hdf5Id(file), part.c_str(), withParents(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    if (!made)
      fail(part);
  }
}

void Hdf5Writer::attribute(const std::string &path, const std::string &key, const std::string &text) {
  group(path);
  QuietHdf5 quiet;
  Handle owner(H5Oopen(hdf5Id(file), path.c_str(), H5P_DEFAULT), H5Oclose), type = textType(),
                                                                            space(H5Screate(H5S_SCALAR), H5Sclose);
  Handle made(H5Acreate2(owner, key.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char *value = text.c_str();
  if (!made || H5Awrite(made, type, &value) < 0)
    fail(path);
}

void Hdf5Writer::attribute(const std::string &path, const std::string &key, const std::vector<std::string> &texts) {
  group(path);
  QuietHdf5 quiet;
  hsize_t count = texts.size();
  Handle owner(H5Oopen(hdf5Id(file), path.c_str(), H5P_DEFAULT), H5Oclose),
      space(H5Screate_simple(1, &count, nullptr), H5Sclose),
      type = texts.empty() ? Handle(H5Tcopy(H5T_IEEE_F64LE), H5Tclose) : textType();
  Handle made(H5Acreate2(owner, key.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  std::vector<const char *> values;
  for (const std::string &text : texts)
    values.push_back(text.c_str());
  if (!made || (!texts.empty() && H5Awrite(made, type, values.data()) < 0))
    fail(path);
}

void Hdf5Writer::dataset(const std::string &path, const Array &value) {
  QuietHdf5 quiet;
  if (value.dtype() != DType::F32 && value.dtype() != DType::I64)
    throw Error(name + ": its " + path + " is of type " + nameOf(value.dtype()) +
                ", only float32 and int64 are written");
  bool isFloat = value.dtype() == DType::F32;
  std::vector<hsize_t> dims(value.shape().begin(), value.shape().end());
  Handle space(dims.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(int(dims.size()), dims.data(), nullptr),
               H5Sclose),
      creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  Handle made(H5Dcreate2(hdf5Id(file), path.c_str(), isFloat ? H5T_IEEE_F32LE : H5T_STD_I64LE, space, withParents(),
                         creation, H5P_DEFAULT),
              H5Dclose);
  if (!made ||
      H5Dwrite(made, isFloat ? H5T_NATIVE_FLOAT : H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, value.raw()) < 0)
    fail(path);
}

std::string_view Hdf5Writer::image() const {
  QuietHdf5 quiet;
  void *memory = nullptr;
  // The driver's own memory, without a copy, up to where it is used.
  if (H5Fflush(hdf5Id(file), H5F_SCOPE_GLOBAL) < 0)
    fail("content");
  ssize_t size = H5Fget_file_image(hdf5Id(file), nullptr, 0);
  if (size < 0 || H5Fget_vfd_handle(hdf5Id(file), H5P_DEFAULT, &memory) < 0 || !memory)
    fail("content");
  return {*static_cast<char **>(memory), static_cast<size_t>(size)};
}

} // namespace tenon::files
