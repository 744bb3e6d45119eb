// SPDX-License-Identifier: Apache-2.0
// Files that are damaged, or made to do harm: each is refused in one line that names it, or read right, at once.
#include "tests/golden/Files.h"
#include <ctime>
#include <gmock/gmock.h>
#include <hdf5.h>
#include <tenon/npy.h>
#include <zip.h>

namespace tenon::golden {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string temporary(const std::string &name) { return ::testing::TempDir() + "/untrusted_" + name; }

/// The body's error, which must come soon: within a second where nothing else runs, the limit is for machines of any load.
std::string quickErrorOf(const std::function<void()> &body) {
  const std::clock_t start = std::clock();
  const std::string message = errorOf(body);
  EXPECT_LT(std::clock() - start, 10 * CLOCKS_PER_SEC) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

/// Takes bytes from a file's end, and changes single ones.
void damage(const std::string &name, size_t cutStep, size_t flipStep,
            const std::function<void(const std::string &)> &read) {
  ::testing::internal::CaptureStderr(); // warnings of states that do not fit
  {
    const Copy file(fileOf(name), "untrusted_changed_" + name);
    for (size_t i = 0; i < file.size(); i += flipStep) {
      file.flip(i);
      const std::string message = quickErrorOf([&] { read(file.path); });
      EXPECT_TRUE(message.empty() || message.starts_with(file.path + ": ")) << message;
      file.flip(i);
    }
  }
  const Copy file(fileOf(name), "untrusted_cut_" + name);
  for (size_t size = file.size(); size > cutStep; size -= cutStep) {
    file.cut(size - cutStep);
    EXPECT_THAT(quickErrorOf([&] { read(file.path); }), StartsWith(file.path + ": ")) << size;
  }
  ::testing::internal::GetCapturedStderr();
}

TEST(DamagedFiles, OlderModelsAreErrorsOrModels) {
  for (const char *name : {"adam.h5", "keras2.h5", "keras2_sequential.h5", "masked.h5"})
    damage(name, 211, 503, [](const std::string &path) { loadModel(path); });
}

TEST(DamagedFiles, StatesOfOptimizersAreErrorsOrModels) {
  damage("rmsprop.keras", 997, 997, [](const std::string &path) { loadModel(path); });
}

TEST(DamagedFiles, WeightsAreErrorsOrWeights) {
  const Model adam = loadModel(fileOf("adam.keras")), keras2 = loadModel(fileOf("keras2.h5"));
  damage("adam.weights.h5", 101, 211, [&](const std::string &path) { adam.loadWeights(path); });
  damage("keras2_weights.h5", 101, 211, [&](const std::string &path) { keras2.loadWeights(path); });
}

TEST(DamagedFiles, NpzWeightsAreErrors) {
  const Model model = loadModel(fileOf("adam.keras"));
  const std::string path = temporary("whole.npz");
  model.saveWeights(path);
  const std::string bytes = contentOf(path);
  for (size_t size = 0; size < bytes.size(); size += 17) {
    writeFile(temporary("cut.npz"), std::string_view(bytes).substr(0, size));
    EXPECT_THAT(quickErrorOf([&] { model.loadWeights(temporary("cut.npz")); }), StartsWith(temporary("cut.npz")))
        << size;
  }
}

/// An HDF5 file that libhdf5 writes with its links and layouts as they are asked for.
class Hostile {
public:
  explicit Hostile(const std::string &name) : path(temporary(name)) {
    file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  }
  ~Hostile() { close(); }
  void close() {
    if (file >= 0)
      H5Fclose(std::exchange(file, -1));
  }
  void text(const char *group, const char *name, const std::vector<std::string> &values, bool single = false) const {
    const hid_t type = H5Tcopy(H5T_C_S1), owner = H5Oopen(file, group, H5P_DEFAULT);
    H5Tset_size(type, H5T_VARIABLE);
    const hsize_t count = values.size();
    const hid_t space = single ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr);
    const hid_t made = H5Acreate2(owner, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    std::vector<const char *> pointers;
    for (const std::string &value : values)
      pointers.push_back(value.c_str());
    H5Awrite(made, type, pointers.data());
    H5Aclose(made), H5Sclose(space), H5Oclose(owner), H5Tclose(type);
  }
  void group(const char *name) const { H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); }
  /// A float32 data set that is created as `creation` says.
  void dataset(const char *name, std::vector<hsize_t> dims, hid_t creation = H5P_DEFAULT) const {
    const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
    H5Dclose(H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Sclose(space);
  }
  const std::string path;
  hid_t file;
};

/// Weights of one Dense (2, 3), whose kernel `kernel` makes, in the older format.
std::string errorOfKernel(const std::string &name, const std::function<void(const Hostile &)> &kernel,
                          const std::string &kernelName = "kernel") {
  clearSession();
  const Sequential model({Input({2}), Dense({.units = 3})});
  Hostile file(name);
  file.text("/", "layer_names", {"dense"});
  file.group("dense");
  file.text("dense", "weight_names", {kernelName, "bias"});
  file.dataset("dense/bias", {3});
  kernel(file);
  file.close();
  const std::vector<Array> before = model.getWeights();
  const std::string message = quickErrorOf([&] { model.loadWeights(file.path); });
  for (size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(checksum(before[i]), checksum(model.getWeights()[i]));
  return message;
}

TEST(HostileFiles, LinksAreNotFollowed) {
  const std::string link = "its dense/kernel is a link to another place, which is not followed";
  EXPECT_THAT(errorOfKernel("soft.h5",
                            [](const Hostile &f) {
                              H5Lcreate_soft("/dense/bias", f.file, "dense/kernel", H5P_DEFAULT, H5P_DEFAULT);
                            }),
              HasSubstr(link));
  EXPECT_THAT(errorOfKernel("external.h5",
                            [](const Hostile &f) {
                              H5Lcreate_external(fileOf("adam.h5").c_str(), "model_weights/out/out/kernel", f.file,
                                                 "dense/kernel", H5P_DEFAULT, H5P_DEFAULT);
                            }),
              HasSubstr(link));
  EXPECT_THAT(errorOfKernel(
                  "group.h5", [](const Hostile &) {}, "../dense/bias"),
              HasSubstr("its dense names '../dense/bias', which leads out of the group"));
  EXPECT_THAT(errorOfKernel(
                  "absolute.h5", [](const Hostile &) {}, "/dense/bias"),
              HasSubstr("which leads out of the group"));
}

TEST(HostileFiles, ValuesThatLieElsewhereAreRefused) {
  writeFile(temporary("secret"), "not to be read");
  const std::string elsewhere = "the values of its dense/kernel lie outside the file";
  EXPECT_THAT(errorOfKernel("outside.h5",
                            [](const Hostile &f) {
                              const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                              H5Pset_external(creation, temporary("secret").c_str(), 0, 24);
                              f.dataset("dense/kernel", {2, 3}, creation);
                              H5Pclose(creation);
                            }),
              HasSubstr(elsewhere));
  EXPECT_THAT(errorOfKernel("virtual.h5",
                            [](const Hostile &f) {
                              const hsize_t dims[] = {2, 3};
                              const hid_t creation = H5Pcreate(H5P_DATASET_CREATE),
                                          space = H5Screate_simple(2, dims, nullptr);
                              H5Pset_virtual(creation, space, fileOf("adam.h5").c_str(), "x", space);
                              f.dataset("dense/kernel", {2, 3}, creation);
                              H5Sclose(space), H5Pclose(creation);
                            }),
              HasSubstr(elsewhere));
}

TEST(HostileFiles, ShapesThatTheFileCannotFillAreRefused) {
  EXPECT_THAT(errorOfKernel("huge.h5",
                            [](const Hostile &f) {
                              const hsize_t chunk[] = {1, 1};
                              const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
                              H5Pset_chunk(creation, 2, chunk);
                              f.dataset("dense/kernel", {1ull << 40, 1ull << 20}, creation);
                              H5Pclose(creation);
                            }),
              HasSubstr("its dense/kernel"));
  EXPECT_THAT(errorOfKernel("none.h5", [](const Hostile &) {}), HasSubstr("found no array dense/kernel"));
}

/// An older model of one layer.
std::string errorOfModel(const std::string &name, const std::string &config) {
  Hostile file(name);
  file.text("/", "model_config", {config}, true);
  file.group("model_weights");
  file.close();
  return quickErrorOf([&] { loadModel(file.path); });
}
std::string sequential(const std::string &layer) {
  return R"({"class_name":"Sequential","config":{"name":"s","layers":[{"class_name":"InputLayer","config":)"
         R"({"batch_input_shape":[null,2],"name":"x"}},)" +
         layer + "]}}";
}

TEST(HostileFiles, CodeAndUnknownModulesAreNamed) {
  EXPECT_EQ(
      errorOfModel("lambda.h5",
                   sequential(R"({"class_name":"Lambda","config":{"name":"evil","function":["4wEAAAA=",null,null]}})")),
      temporary("lambda.h5") + ": holds what is not supported: evil (Lambda): this layer class is not supported");
  EXPECT_EQ(
      errorOfModel("module.h5", sequential(R"({"class_name":"Dense","module":"os","config":{"name":"d","units":3}})")),
      temporary("module.h5") + ": holds what is not supported: d (Dense): this layer class is not supported");
}

TEST(HostileFiles, DescriptionsThatAreNoneAreRefused) {
  EXPECT_THAT(errorOfModel("text.h5", "no json"), HasSubstr("its model_config: not valid JSON: no json"));
  EXPECT_THAT(errorOfModel("list.h5", "[]"), HasSubstr("its model_config is no Keras model"));
  EXPECT_THAT(errorOfModel("deep.h5", std::string(1000000, '[')),
              HasSubstr("its model_config: nested more than 500 levels deep"));
  EXPECT_THAT(
      errorOfModel("large.h5", sequential(R"({"class_name":"Dense","config":{"name":"d","units":1000000000000}})")),
      StartsWith(temporary("large.h5") + ": "));
  EXPECT_THAT(
      errorOfModel("kinds.h5",
                   R"({"class_name":"Functional","config":{"layers":[[1],{"class_name":7}],"output_layers":3}})"),
      StartsWith(temporary("kinds.h5") + ": "));
  EXPECT_THAT(errorOfModel("none.h5", sequential(R"({"class_name":"Dense","config":{"name":"d","units":3}})")),
              HasSubstr("expected 1 layers with weights, found 0"));
}

void writeZip(const std::string &path, const std::vector<std::pair<std::string, std::string>> &entries, bool deflate) {
  std::filesystem::remove(path);
  int code = 0;
  zip_t *archive = zip_open(path.c_str(), ZIP_CREATE, &code);
  for (const auto &[name, content] : entries) {
    const zip_int64_t index =
        zip_file_add(archive, name.c_str(), zip_source_buffer(archive, content.data(), content.size(), 0), 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  zip_close(archive);
}

TEST(HostileFiles, ZipBombsAreRefused) {
  const std::string path = temporary("bomb.keras");
  writeZip(path, {{"config.json", std::string(200 << 20, ' ')}, {"model.weights.h5", "x"}}, true);
  EXPECT_EQ(quickErrorOf([&] { loadModel(path); }),
            path + ": its config.json would grow out of all proportion, to 209715200 bytes");
  writeZip(path, {{"config.json", std::string(17 << 20, ' ')}, {"model.weights.h5", "x"}}, true);
  EXPECT_EQ(quickErrorOf([&] { loadModel(path); }),
            path + ": its config.json has 17825792 bytes, more than a model takes");
}

TEST(HostileFiles, NamesInArchivesLeadNowhere) {
  const std::string path = temporary("names.keras"), target = temporary("escaped");
  std::filesystem::remove(target);
  const std::string config = R"({"class_name":"Sequential","config":{"name":"s","layers":[]}})";
  writeZip(path,
           {{"../untrusted_escaped", "evil"}, {target, "evil"}, {"config.json", config}, {"model.weights.h5", "no"}},
           false);
  EXPECT_EQ(quickErrorOf([&] { loadModel(path); }),
            path + ": its model.weights.h5: is no HDF5 file, or it is damaged or cut short");
  EXPECT_FALSE(std::filesystem::exists(target));
}

TEST(NpzWeights, ThatDoNotFitAreListed) {
  clearSession();
  const Sequential model({Input({2}), Dense({.units = 3})}, {.name = "small"});
  const std::string path = temporary("other.npz");
  npy::saveNpz(path,
               {{"dense/kernel", Array(std::vector<float>(4), {2, 2})}, {"extra", Array(std::vector<float>(1), {1})}});
  EXPECT_EQ(quickErrorOf([&] { model.loadWeights(path); }),
            path + ": the weights are not this model's: dense/kernel: expected (2, 3), found (2, 2); "
                   "dense/bias: expected (3,), found no array 'dense/bias'; "
                   "found an array 'extra' (1,) that the model does not have");
  // As numpy.savez(path, *model.get_weights()) calls them.
  npy::saveNpz(path, {{"arr_0", Array(std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3})},
                      {"arr_1", Array(std::vector<float>{7, 8, 9}, {3})}});
  model.loadWeights(path);
  EXPECT_EQ(model.getWeights()[0].at(5), 6);
  EXPECT_EQ(model.getWeights()[1].at(0), 7);
}

} // namespace
} // namespace tenon::golden
