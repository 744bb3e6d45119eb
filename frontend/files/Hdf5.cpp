// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Hdf5.h"
#include <algorithm>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <tenon/error.h>
#include <utility>

namespace tenon::files {
namespace {

/// Keeps libhdf5 from printing its stack of errors, as long as this lives.
class QuietHdf5 {
public:
  QuietHdf5() {
    // What a damaged file left behind would make libhdf5 complain when the process ends; nothing is ever written here.
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

// A data set that a filter compressed: the largest ratio of deflate.
constexpr uint64_t maxRatio = 1032;

std::string typeName(hid_t type) {
  std::string bits = std::to_string(H5Tget_size(type) * 8);
  switch (H5Tget_class(type)) {
  case H5T_FLOAT:
    return "float" + bits;
  case H5T_INTEGER:
    return (H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + bits;
  case H5T_STRING:
    return "text";
  default:
    return "no number";
  }
}

} // namespace

/// An identifier of libhdf5's, closed at the end.
class Hdf5File::Handle {
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

static hid_t of(const std::shared_ptr<void> &file) {
  return static_cast<hid_t>(reinterpret_cast<intptr_t>(file.get()));
}

void Hdf5File::fail(const std::string &message) const { throw Error(name + ": " + message); }
void Hdf5File::failAt(const std::string &path) const { fail("its " + path + " is damaged"); }

Hdf5File::Hdf5File(std::string_view image, std::string given) : name(std::move(given)), size(image.size()) {
  QuietHdf5 quiet;
  // The image is neither copied nor freed, and never written: the file is opened for reading.
  hid_t id = size == 0 ? -1
                       : H5LTopen_file_image(const_cast<char *>(image.data()), size,
                                             H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE);
  if (id < 0)
    fail("is no HDF5 file, or it is damaged or cut short");
  file = std::shared_ptr<void>(reinterpret_cast<void *>(static_cast<intptr_t>(id)), [](void *handle) {
    QuietHdf5 quiet;
    H5Fclose(static_cast<hid_t>(reinterpret_cast<intptr_t>(handle)));
  });
}

// libhdf5 wants each part of a path looked up before the next.
bool Hdf5File::has(const std::string &path) const {
  QuietHdf5 quiet;
  for (size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    std::string part = path.substr(0, end);
    htri_t exists = H5Lexists(of(file), part.c_str(), H5P_DEFAULT);
    if (exists < 0)
      failAt(part);
    if (exists == 0)
      return false;
    H5L_info_t link;
    if (H5Lget_info(of(file), part.c_str(), &link, H5P_DEFAULT) < 0)
      failAt(part);
    if (link.type != H5L_TYPE_HARD)
      fail("its " + part + " is a link to another place, which is not followed");
  }
  return true;
}

Hdf5File::Handle Hdf5File::open(const std::string &path) const {
  Handle object(H5Oopen(of(file), path.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object)
    failAt(path);
  return object;
}

std::vector<std::string> Hdf5File::members(const std::string &path) const {
  if (path != "/" && !has(path))
    return {};
  QuietHdf5 quiet;
  Handle object = open(path);
  if (H5Iget_type(object) != H5I_GROUP)
    return {};
  std::vector<std::string> names;
  auto collect = [](hid_t, const char *member, const H5L_info_t *, void *list) -> herr_t {
    static_cast<std::vector<std::string> *>(list)->push_back(member);
    return 0;
  };
  hsize_t position = 0;
  if (H5Literate(object, H5_INDEX_NAME, H5_ITER_INC, &position, collect, &names) < 0)
    failAt(path);
  return names;
}

std::optional<std::string> Hdf5File::attribute(const std::string &path, const std::string &key) const {
  if (path != "/" && !has(path))
    return std::nullopt;
  QuietHdf5 quiet;
  Handle object = open(path);
  if (H5Aexists(object, key.c_str()) <= 0)
    return std::nullopt;
  Handle attribute(H5Aopen(object, key.c_str(), H5P_DEFAULT), H5Aclose);
  Handle type(attribute ? H5Aget_type(attribute) : -1, H5Tclose),
      space(attribute ? H5Aget_space(attribute) : -1, H5Sclose);
  if (!type || !space || H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1)
    return std::nullopt;
  std::string text;
  if (H5Tis_variable_str(type) > 0) {
    Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
    char *value = nullptr;
    if (H5Tset_size(memory, H5T_VARIABLE) < 0 || H5Tset_cset(memory, H5Tget_cset(type)) < 0 ||
        H5Aread(attribute, memory, &value) < 0)
      failAt(path);
    text = value ? value : "";
    H5free_memory(value);
  } else {
    size_t length = H5Tget_size(type);
    if (length > size)
      failAt(path);
    text.resize(length);
    if (H5Aread(attribute, type, text.data()) < 0)
      failAt(path);
    text.resize(text.find('\0') == std::string::npos ? text.size() : text.find('\0'));
  }
  return text;
}

Hdf5File::Handle Hdf5File::openDataset(const std::string &path) const {
  Handle object = open(path);
  return H5Iget_type(object) == H5I_DATASET ? std::move(object) : Handle(-1, H5Oclose);
}

std::optional<Hdf5File::Dataset> Hdf5File::dataset(const std::string &path) const {
  if (!has(path))
    return std::nullopt;
  QuietHdf5 quiet;
  Handle data = openDataset(path);
  if (!data)
    return std::nullopt;
  Handle type(H5Dget_type(data), H5Tclose), space(H5Dget_space(data), H5Sclose),
      creation(H5Dget_create_plist(data), H5Pclose);
  int rank = space ? H5Sget_simple_extent_ndims(space) : -1;
  if (!type || !creation || rank < 0 || rank > H5S_MAX_RANK)
    failAt(path);
  H5D_layout_t layout = H5Pget_layout(creation);
  if ((layout != H5D_CONTIGUOUS && layout != H5D_COMPACT && layout != H5D_CHUNKED) ||
      H5Pget_external_count(creation) != 0)
    fail("the values of its " + path + " lie outside the file");
  hsize_t dims[H5S_MAX_RANK];
  if (H5Sget_simple_extent_dims(space, dims, nullptr) < 0)
    failAt(path);
  Dataset result{Shape(dims, dims + rank), typeName(type)};
  uint64_t bytes = H5Tget_size(type), stored = H5Dget_storage_size(data);
  for (int i = 0; i < rank; ++i)
    if (dims[i] > uint64_t(INT64_MAX) || __builtin_mul_overflow(bytes, dims[i], &bytes))
      failAt(path);
  bool fits = layout == H5D_CHUNKED ? bytes / maxRatio <= stored : bytes <= stored;
  if (stored > size || !fits)
    fail("its " + path + " says it has the shape " + toString(result.shape) + ", for which the file holds too little");
  return result;
}

void Hdf5File::read(const std::string &path, const Array &into) const {
  QuietHdf5 quiet;
  Handle data = openDataset(path);
  Handle space(data ? H5Dget_space(data) : -1, H5Sclose);
  if (!space || H5Sget_simple_extent_npoints(space) != into.size() ||
      H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, into.data<float>()) < 0)
    failAt(path);
}

void Hdf5File::add(const std::string &path, Total &total) const {
  for (const std::string &member : members(path)) {
    // A group takes more than this in a file: otherwise they contain one another.
    if (++total.objects > 16 + size / 64)
      fail("its groups contain one another");
    std::string full = path == "/" ? member : path + "/" + member;
    if (auto data = dataset(full))
      total.bytes += sizeof(float) * uint64_t(elementCount(data->shape));
    else
      add(full, total);
  }
}

uint64_t Hdf5File::dataBytes() const {
  Total total;
  add("/", total);
  return total.bytes;
}

} // namespace tenon::files
