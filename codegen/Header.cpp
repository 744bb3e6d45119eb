// SPDX-License-Identifier: Apache-2.0
#include "codegen/Header.h"
#include "schema/manifest_generated.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <set>

using namespace tenon::codegen;
namespace fb = tenon::schema;

namespace {
std::string upper(std::string text) {
  for (char &c : text)
    c = llvm::toUpper(c);
  return text;
}
// "target:digit" becomes "target_digit".
std::string cName(const std::string &name) {
  std::string text;
  for (char c : name)
    text += llvm::isAlnum(c) ? c : '_';
  return text;
}
// A C identifier.
std::string identifier(const std::string &name) {
  std::string text = cName(name);
  static const std::set<std::string> keywords = {
      "alignas", "alignof", "and", "asm", "auto", "bool", "break", "case", "catch", "char", "class", "concept", "const",
      "constexpr", "continue", "decltype", "default", "delete", "do", "double", "else", "enum", "explicit", "export",
      "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new",
      "noexcept", "not", "nullptr", "operator", "or", "private", "protected", "public", "register", "requires",
      "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "template", "this", "throw",
      "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
      "while", "xor", "inputs", "outputs", "variables", "workspace", "threads", "symbols", "bytes", "call"};
  if (keywords.count(text)) // also the wrapper's own names
    text += '_';
  return text.empty() || llvm::isDigit(text[0]) ? "_" + text : text;
}
// Text inside a comment must not end it.
std::string comment(std::string text) {
  for (size_t at; (at = text.find("*/")) != std::string::npos;)
    text.replace(at, 2, "* /");
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}
const char *cType(fb::DType type) {
  switch (type) {
  case fb::DType::F32:
    return "float";
  case fb::DType::I32:
    return "int32_t";
  case fb::DType::I64:
    return "int64_t";
  default:
    return "int8_t";
  }
}
const char *dtypeName(fb::DType type) {
  static const char *const names[] = {"TENON_F32", "TENON_I32", "TENON_I64", "TENON_I8"};
  return names[static_cast<int>(type)];
}
const char *kindName(fb::Kind kind) {
  static const char *const names[] = {"TENON_WEIGHT", "TENON_STATISTIC", "TENON_SLOT", "TENON_METRIC",
                                      "TENON_HYPER",  "TENON_DERIVED",   "TENON_STATE"};
  return names[static_cast<int>(kind)];
}
int64_t bytesOf(const fb::VariableT &variable) {
  int64_t bytes = variable.spec->dtype == fb::DType::I64 ? 8 : variable.spec->dtype == fb::DType::I8 ? 1 : 4;
  for (auto &dim : variable.spec->dims)
    bytes *= dim->size;
  return bytes;
}
// What no entry assigns and the caller may: the learning rate.
bool isSetting(const fb::VariableT &variable) { return variable.kind == fb::Kind::Hyper && !variable.mutable_; }
// A frozen layer's weight has no entry that assigns it.
bool isTrained(const fb::VariableT &variable) {
  return variable.kind == fb::Kind::Weight && variable.trainable && variable.mutable_;
}
bool isInState(const fb::VariableT &variable) {
  return variable.mutable_ || variable.offset < 0 || variable.kind == fb::Kind::Hyper;
}
// The inside of a C string literal.
std::string stringText(const std::string &name) {
  std::string text;
  for (char c : name) {
    if (c == '"' || c == '\\')
      text += '\\';
    text += llvm::isPrint(c) || (c & 0x80) ? c : '_';
  }
  return text;
}
std::string shapeText(const fb::TensorSpecT &spec) {
  std::string text = "(";
  for (size_t i = 0; i < spec.dims.size(); ++i)
    text += (i ? ", " : "") + spec.dims[i]->text;
  return text + (spec.dims.size() == 1 ? ",)" : ")");
}

class HeaderWriter {
public:
  explicit HeaderWriter(const Compiled &compiled) : compiled(compiled), tag(compiled.tag) {
    fb::GetManifest(compiled.manifest.data())->UnPackTo(&manifest);
  }

  std::string write() {
    out += "/* " + comment(manifest.model) + ", compiled by Tenon for " + manifest.target + ". Generated: do not edit.\n" +
           " * Every pointer is the caller's; arrays are dense and row major; the workspace is aligned to 64 bytes.\n"
           " * Tenon's own runners flush denormal numbers to zero on every thread; the bits are equal where the caller does so too. */\n";
    std::string guard = upper(tag) + "_TENON_H";
    bool needsState = false;
    for (auto &variable : manifest.variables)
      needsState |= variable->mutable_ || variable->offset < 0;
    out += "#ifndef " + guard + "\n#define " + guard + "\n\n#include <tenon/c_api.h>\n" +
           (needsState ? "#include <tenon/variable.h>\n\n#include <string.h>\n" : "") +
           "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
    out += "extern const tenon_program_table " + tag + "_program;\n\n";
    out += "/* 1 when this CPU has what the code needs. */\nstatic inline int " + tag + "_supported(void) {\n  return 1";
    for (const std::string &feature : manifest.features)
      out += " && __builtin_cpu_supports(\"" + feature + "\")";
    out += ";\n}\n\n";
    if (!manifest.variables.empty())
      out += "#define " + upper(tag) + "_VARIABLE_COUNT " + std::to_string(manifest.variables.size()) + "\n";
    if (!manifest.variables.empty())
      writeVariables(needsState);
    if (needsState)
      writeState();
    for (size_t i = 0; i < manifest.entries.size(); ++i)
      writeEntry(i, needsState);
    out += "#ifdef __cplusplus\n} /* extern \"C\" */\n\n#include <cstddef>\n#include <cstdlib>\n#include <new>\n#if __cplusplus >= 202002L\n#include <span>\n"
           "#include <stdexcept>\n#include <string>\n#endif\n\n";
    writeCpp(needsState);
    out += "#endif\n#endif /* " + guard + " */\n";
    return out;
  }

private:
  // A table of variable addresses: constants stand in the program's weights; the caller provides what changes.
  void writeVariables(bool needsState) {
    std::string name = tag + "_variables";
    out += "\n/* Where the program's variables lie: one address each, in this order:\n";
    for (size_t i = 0; i < manifest.variables.size(); ++i) {
      const fb::VariableT &v = *manifest.variables[i];
      out += " *   " + std::to_string(i) + "  " + comment(v.spec->name) + "  " + cType(v.spec->dtype) + " " + shapeText(*v.spec) +
             (v.mutable_ ? "  changed by training" : isSetting(v) ? "  may be set between calls" : "") +
             (v.offset < 0 ? "  the caller's" : "") + "\n";
    }
    out += " */\ntypedef struct " + name + " {\n  void *at[" + upper(tag) + "_VARIABLE_COUNT];\n} " + name + ";\n";
    out += "/* Points every variable that has a stored value at it. Values that training changes must be copied to memory of\n"
           " * the caller's first (" +
           (needsState ? name + "_place does it" : "see " + tag + "_variable_bytes") + "). */\n";
    bool derived = false;
    for (auto &variable : manifest.variables)
      derived |= variable->kind == fb::Kind::Derived && variable->offset < 0;
    if (derived)
      out += "/* Derived variables have no stored value: give them memory, then call " + tag +
             "_prepare before the first " + tag + "_predict\n * and whenever weights have changed. */\n";
    out += "static inline void " + name + "_init(" + name + " *variables) {\n  const char *weights = (const char *)" + tag +
           "_program.weights;\n  (void)weights;\n";
    for (size_t i = 0; i < manifest.variables.size(); ++i) {
      const fb::VariableT &v = *manifest.variables[i];
      out += "  variables->at[" + std::to_string(i) + "] = " +
             (v.offset < 0 ? "0" : "(void *)(weights + " + std::to_string(v.offset) + ")") + ";\n";
    }
    out += "}\n/* Bytes of each variable. */\nstatic const int64_t " + tag + "_variable_bytes[" + upper(tag) + "_VARIABLE_COUNT] = {";
    for (size_t i = 0; i < manifest.variables.size(); ++i)
      out += (i ? ", " : "") + std::to_string(bytesOf(*manifest.variables[i]));
    out += "};\n\n";
  }

  // For who trains: what each variable is, by index, name and kind, and all the memory they need as one block.
  void writeState() {
    std::string variables = tag + "_variables", info = tag + "_variable_info", count = upper(tag) + "_VARIABLE_COUNT";
    std::set<std::string> taken;
    out += "/* Places in " + variables + ".at and " + info + ". */\nenum {\n";
    for (size_t i = 0; i < manifest.variables.size(); ++i) {
      std::string name = upper(tag) + "_AT_" + upper(cName(manifest.variables[i]->spec->name));
      while (!taken.insert(name).second)
        name += "_";
      out += "  " + name + " = " + std::to_string(i) + (i + 1 < manifest.variables.size() ? ",\n" : "\n};\n");
    }
    out += "/* What each variable is. */\nstatic const tenon_variable " + info + "[" + count + "] = {\n";
    int64_t state = 0;
    for (auto &variable : manifest.variables) {
      std::string dims;
      for (auto &dim : variable->spec->dims)
        dims += (dims.empty() ? "" : ", ") + std::to_string(dim->size);
      bool inState = isInState(*variable);
      out += "    {\"" + stringText(variable->spec->name) + "\", " + kindName(variable->kind) + ", " + dtypeName(variable->spec->dtype) + ", " +
             (isTrained(*variable) ? "1, " : "0, ") + (inState ? "1, " : "0, ") + std::to_string(variable->spec->dims.size()) +
             ", {" + (dims.empty() ? "0" : dims) + "}, " + std::to_string(bytesOf(*variable)) + "},\n";
      if (inState)
        state += (bytesOf(*variable) + 63) / 64 * 64;
    }
    out += "};\n/* Bytes of one block for every variable with in_state: what training changes and what you may set. A multiple of\n * 64. */\n#define " + upper(tag) +
           "_STATE_BYTES " + std::to_string(state) +
           "\n/* Gives every variable its memory: in state (yours, aligned to 64 bytes) with the stored value or zeros, or, where "
           "nothing\n * changes it, in the program. */\nstatic inline void " +
           variables + "_place(" + variables + " *variables, void *state) {\n  char *next = (char *)state;\n  " + variables +
           "_init(variables);\n  for (int i = 0; i < " + count + "; ++i) {\n    const int64_t bytes = " + info +
           "[i].bytes;\n    if (!" + info +
           "[i].in_state)\n      continue;\n    if (variables->at[i])\n      memcpy(next, variables->at[i], (size_t)bytes);\n"
           "    else\n      memset(next, 0, (size_t)bytes);\n    variables->at[i] = next;\n    next += (bytes + 63) / 64 * 64;\n  }\n}\n\n";
  }

  std::vector<std::string> memberNames(const std::vector<std::unique_ptr<fb::TensorSpecT>> &specs) {
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (auto &spec : specs) {
      std::string name = identifier(spec->name);
      while (!taken.insert(name).second)
        name += "_";
      names.push_back(name);
    }
    return names;
  }

  void writeStruct(const std::string &name, const std::vector<std::unique_ptr<fb::TensorSpecT>> &specs, const char *qualifier) {
    out += "typedef struct " + name + " {\n";
    std::vector<std::string> names = memberNames(specs);
    for (size_t i = 0; i < specs.size(); ++i)
      out += std::string("  ") + qualifier + cType(specs[i]->dtype) + " *" + names[i] + "; /* " + comment(shapeText(*specs[i])) + " */\n";
    out += "} " + name + ";\n";
  }

  std::string symbolParameters(const fb::EntryT &entry) {
    std::string text;
    for (const std::string &symbol : entry.symbols)
      text += (text.empty() ? "" : ", ") + std::string("int64_t ") + identifier(symbol);
    return text;
  }
  std::string symbolArray(const fb::EntryT &entry) {
    std::string text = "  const int64_t symbols[] = {";
    for (size_t i = 0; i < entry.symbols.size(); ++i)
      text += (i ? ", " : "") + identifier(entry.symbols[i]);
    return text + (entry.symbols.empty() ? "0" : "") + "};\n";
  }

  void writeEntry(size_t index, bool needsState) {
    const fb::EntryT &entry = *manifest.entries[index];
    std::string prefix = tag + "_" + entry.name;
    out += "/* " + entry.name + " */\n";
    auto constants = [&](const std::vector<std::unique_ptr<fb::TensorSpecT>> &specs) {
      std::vector<std::string> names = memberNames(specs);
      for (size_t i = 0; i < specs.size(); ++i)
        for (size_t axis = 0; axis < specs[i]->dims.size(); ++axis)
          if (specs[i]->dims[axis]->size >= 0)
            out += "#define " + upper(prefix + "_" + names[i]) + "_D" + std::to_string(axis) + " " +
                   std::to_string(specs[i]->dims[axis]->size) + "\n";
    };
    constants(entry.inputs);
    constants(entry.outputs);
    if (!entry.inputs.empty())
      writeStruct(prefix + "_inputs", entry.inputs, "const ");
    if (!entry.outputs.empty())
      writeStruct(prefix + "_outputs", entry.outputs, "");
    std::string table = tag + "_program.entries[" + std::to_string(index) + "]", symbols = symbolParameters(entry);
    out += "/* Bytes of workspace for these sizes; negative when a size does not fit the model:\n";
    for (size_t i = 0; i < entry.checks.size(); ++i)
      out += " *   " + std::to_string(-1 - static_cast<int64_t>(i)) + "  " + comment(entry.checks[i]) + "\n";
    out += " */\nstatic inline int64_t " + prefix + "_workspace(" + (symbols.empty() ? "void" : symbols) + ") {\n" +
           symbolArray(entry) + "  return " + table + ".plan(symbols, 0);\n}\n";
    std::string parameters;
    auto parameter = [&](const std::string &text) { parameters += (parameters.empty() ? "" : ", ") + text; };
    if (!entry.inputs.empty())
      parameter("const " + prefix + "_inputs *inputs");
    if (!entry.outputs.empty())
      parameter("const " + prefix + "_outputs *outputs");
    if (!symbols.empty())
      parameter(symbols);
    if (needsState)
      parameter("const " + tag + "_variables *variables");
    parameter("void *workspace");
    parameter("const tenon_threads *threads");
    out += "/* Runs it; threads may be null. 0, or the negative code of " + prefix + "_workspace. */\n";
    out += "static inline int " + prefix + "(" + parameters + ") {\n" + symbolArray(entry);
    auto pointers = [&](const char *name, const char *type, const std::vector<std::unique_ptr<fb::TensorSpecT>> &specs) {
      out += std::string("  ") + type + name + "_[] = {";
      std::vector<std::string> names = memberNames(specs);
      for (size_t i = 0; i < specs.size(); ++i)
        out += (i ? ", " : "") + std::string(name) + "->" + names[i];
      out += std::string(specs.empty() ? "0" : "") + "};\n";
    };
    pointers("inputs", "const void *const ", entry.inputs);
    pointers("outputs", "void *const ", entry.outputs);
    if (!needsState && !manifest.variables.empty())
      out += "  " + tag + "_variables table, *variables = &table;\n  " + tag + "_variables_init(variables);\n";
    out += "  int64_t bytes = " + table + ".plan(symbols, 0);\n  if (bytes < 0)\n    return (int)bytes;\n";
    out += "  tenon_call call = {inputs_, outputs_, " +
           std::string(manifest.variables.empty() ? "0" : "(void *const *)variables->at") + ", symbols, workspace, threads};\n";
    out += "  " + table + ".run(&call);\n  return 0;\n}\n\n";
  }

  // One class that owns its workspace.
  void writeCpp(bool needsState) {
    if (needsState)
      return; // state belongs to whoever trains: the C functions above take it
    for (auto &entry : manifest.entries) {
      if (entry->name != "predict")
        continue;
      std::string prefix = tag + "_predict", symbols = symbolParameters(*entry), arguments;
      for (const std::string &symbol : entry->symbols)
        arguments += (arguments.empty() ? "" : ", ") + identifier(symbol);
      out += "#if __cplusplus >= 201703L\nnamespace " + tag + " {\n/* Owns the workspace; one caller at a time. The arrays are the caller's. C++17. */\nclass Model {\npublic:\n  Model() = default;\n"
             "  Model(const Model &) = delete;\n  Model &operator=(const Model &) = delete;\n  ~Model() { std::free(memory); }\n"
             "  /* 0, or the negative code of " + prefix + "_workspace. */\n  int predict(const " + prefix + "_inputs &inputs, const " +
             prefix + "_outputs &outputs" + (symbols.empty() ? "" : ", " + symbols) +
             ", const tenon_threads *threads = nullptr) {\n    int64_t bytes = " + prefix + "_workspace(" + arguments +
             ");\n    if (bytes < 0)\n      return static_cast<int>(bytes);\n    if (bytes > size) {\n      std::free(memory);\n"
             "      size = (bytes + 63) / 64 * 64;\n      memory = std::aligned_alloc(64, static_cast<std::size_t>(size));\n"
             "      if (!memory) {\n        size = 0;\n        throw std::bad_alloc();\n      }\n    }\n    return " +
             prefix + "(&inputs, &outputs" + (arguments.empty() ? "" : ", " + arguments) + ", memory, threads);\n  }\n";
      writeSpans(*entry, prefix, symbols, arguments);
      out += "\nprivate:\n  void *memory = nullptr;\n  int64_t size = 0;\n};\n} /* namespace " + tag + " */\n#endif\n";
    }
  }

  // predict on spans, one per array, whose sizes are checked.
  void writeSpans(const fb::EntryT &entry, const std::string &prefix, const std::string &symbols, const std::string &arguments) {
    std::set<std::string> taken;
    for (const std::string &symbol : entry.symbols)
      taken.insert(identifier(symbol));
    std::string parameters, checks, pointers[2];
    auto add = [&](const fb::TensorSpecT &spec, bool output, const std::string &size) {
      std::string name = identifier(spec.name);
      while (!taken.insert(name).second)
        name += "_";
      parameters += std::string("std::span<") + (output ? "" : "const ") + cType(spec.dtype) + "> " + name + ", ";
      checks += "    require(\"" + name + "\", " + name + ".size(), " + size + ");\n";
      pointers[output] += (pointers[output].empty() ? "" : ", ") + name + ".data()";
    };
    for (auto &input : entry.inputs) { // an input's dimensions are sizes or symbols
      std::string size = "1";
      for (auto &dim : input->dims)
        size += " * " + (dim->size >= 0 ? std::to_string(dim->size) : identifier(entry.symbols[dim->symbol]));
      add(*input, false, size);
    }
    size_t at = 0;
    for (auto &output : entry.outputs) { // an output's are what plan() says
      std::string size = "1";
      for (size_t i = 0; i < output->dims.size(); ++i)
        size += " * dims_[" + std::to_string(at++) + "]";
      add(*output, true, size);
    }
    std::string call = arguments.empty() ? "" : ", " + arguments;
    out += "#if __cplusplus >= 202002L\n  /* The same on spans; std::invalid_argument when a size is wrong. */\n  void predict(" + parameters +
           (symbols.empty() ? "" : symbols + ", ") + "const tenon_threads *threads = nullptr) {\n  " + symbolArray(entry) +
           "    int64_t dims_[" + std::to_string(std::max<size_t>(at, 1)) + "];\n    if (" + tag +
           "_program.entries[" + std::to_string(indexOf(entry)) +
           "].plan(symbols, dims_) < 0)\n      throw std::invalid_argument(\"" + prefix + ": a size does not fit the model\");\n" + checks +
           "    const " + prefix + "_inputs inputs_ = {" + pointers[0] + "};\n    const " + prefix + "_outputs outputs_ = {" + pointers[1] +
           "};\n    predict(inputs_, outputs_" + call + ", threads);\n  }\n\nprivate:\n"
           "  static void require(const char *name, std::size_t got, int64_t wanted) {\n    if (got != static_cast<std::size_t>(wanted))\n"
           "      throw std::invalid_argument(std::string(name) + \": expected \" + std::to_string(wanted) + \" elements, got \" + std::to_string(got));\n"
           "  }\n#endif\n";
  }
  size_t indexOf(const fb::EntryT &entry) {
    for (size_t i = 0; i < manifest.entries.size(); ++i)
      if (manifest.entries[i].get() == &entry)
        return i;
    return 0;
  }

  const Compiled &compiled;
  const std::string &tag;
  fb::ManifestT manifest;
  std::string out;
};
} // namespace

std::string tenon::codegen::headerText(const Compiled &compiled) { return HeaderWriter(compiled).write(); }
