// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Hdf5.h"
#include "frontend/files/Hdf5Handle.h"
#include <hdf5_hl.h>
#include <tenon/error.h>

namespace tenon::files {
namespace {

using Handle = Hdf5Handle;

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
  file = sharedHdf5File(id);
}

// libhdf5 wants each part of a path looked up before the next.
bool Hdf5File::has(const std::string &path) const {
  QuietHdf5 quiet;
  for (size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    std::string part = path.substr(0, end);
    htri_t exists = H5Lexists(hdf5Id(file), part.c_str(), H5P_DEFAULT);
    if (exists < 0)
      failAt(part);
    if (exists == 0)
      return false;
    H5L_info_t link;
    if (H5Lget_info(hdf5Id(file), part.c_str(), &link, H5P_DEFAULT) < 0)
      failAt(part);
    if (link.type != H5L_TYPE_HARD)
      fail("its " + part + " is a link to another place, which is not followed");
  }
  return true;
}

Hdf5Handle Hdf5File::open(const std::string &path) const {
  Handle object(H5Oopen(hdf5Id(file), path.c_str(), H5P_DEFAULT), H5Oclose);
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

std::optional<std::vector<std::string>> Hdf5File::texts(const std::string &path, const std::string &key) const {
  if (path != "/" && !has(path))
    return std::nullopt;
  QuietHdf5 quiet;
  Handle object = open(path);
  htri_t exists = H5Aexists(object, key.c_str());
  if (exists < 0)
    failAt(path);
  if (exists == 0)
    return std::nullopt;
  Handle attribute(H5Aopen(object, key.c_str(), H5P_DEFAULT), H5Aclose);
  Handle type(attribute ? H5Aget_type(attribute) : -1, H5Tclose),
      space(attribute ? H5Aget_space(attribute) : -1, H5Sclose);
  hssize_t count = space ? H5Sget_simple_extent_npoints(space) : -1;
  if (!type || count < 0)
    failAt(path);
  if (count == 0) // an empty list has no type: h5py writes float64
    return std::vector<std::string>();
  if (H5Tget_class(type) != H5T_STRING)
    fail("the attribute " + key + " of its " + path + " holds no text");
  size_t length = H5Tget_size(type);
  if (length == 0 || uint64_t(count) > size / length)
    failAt(path);
  std::vector<std::string> texts(static_cast<size_t>(count));
  if (H5Tis_variable_str(type) > 0) {
    Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
    std::vector<char *> values(texts.size());
    if (H5Tset_size(memory, H5T_VARIABLE) < 0 || H5Tset_cset(memory, H5Tget_cset(type)) < 0 ||
        H5Aread(attribute, memory, values.data()) < 0)
      failAt(path);
    for (size_t i = 0; i < texts.size(); ++i)
      texts[i] = values[i] ? values[i] : "";
    H5Dvlen_reclaim(memory, space, H5P_DEFAULT, values.data());
  } else {
    std::string values(texts.size() * length, '\0');
    if (H5Aread(attribute, type, values.data()) < 0)
      failAt(path);
    for (size_t i = 0; i < texts.size(); ++i)
      texts[i] = std::string(values, i * length, length).c_str(); // up to the padding
  }
  return texts;
}

std::optional<std::string> Hdf5File::attribute(const std::string &path, const std::string &key) const {
  auto list = texts(path, key);
  if (!list)
    return std::nullopt;
  if (list->size() != 1)
    fail("the attribute " + key + " of its " + path + " holds " + std::to_string(list->size()) + " texts, expected one");
  return list->front();
}

Hdf5Handle Hdf5File::openDataset(const std::string &path) const {
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
      H5Dread(data, into.dtype() == DType::I64 ? H5T_NATIVE_INT64 : H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
              into.raw()) < 0)
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
