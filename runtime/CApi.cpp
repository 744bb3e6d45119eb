// SPDX-License-Identifier: Apache-2.0
#include <tenon/c_api.h>

#include <tenon/error.h>
#include <tenon/session.h>

#include <new>

struct tenon_program {
  tenon::Program program;
};
struct tenon_session {
  tenon::Session session;
  std::vector<std::vector<int64_t>> dims; // of variables handed out, so that their pointers stay
};

namespace {
thread_local std::string lastError;

/// Runs `body`, turning what it throws into a status and a message.
template <typename Body> tenon_status guarded(Body &&body) noexcept {
  try {
    body();
    return TENON_OK;
  } catch (const tenon::Error &error) {
    lastError = error.what();
    return static_cast<tenon_status>(error.fault());
  } catch (const std::bad_alloc &) {
    lastError = "not enough memory";
    return TENON_BAD_INPUT;
  } catch (const std::exception &error) {
    lastError = error.what();
    return TENON_BUG;
  } catch (...) {
    lastError = "unknown failure";
    return TENON_BUG;
  }
}

void require(bool condition, const char *what) {
  if (!condition)
    throw tenon::Error(what, tenon::Fault::Usage);
}

std::vector<tenon::Array> arrays(const tenon_array *from, int32_t count, const char *what) {
  require(count >= 0 && (from || count == 0), "the arrays are null");
  std::vector<tenon::Array> result;
  for (int32_t i = 0; i < count; ++i) {
    const tenon_array &array = from[i];
    if (array.rank < 0 || array.rank > 8 || (array.rank && !array.dims) || array.dtype < TENON_F32 ||
        array.dtype > TENON_I8)
      throw tenon::Error(std::string(what) + " " + std::to_string(i) + ": has no valid dtype, rank or dims",
                         tenon::Fault::Usage);
    result.push_back(tenon::Array::view(array.data, tenon::Shape(array.dims, array.dims + array.rank),
                                        static_cast<tenon::DType>(array.dtype)));
  }
  return result;
}

void requireData(const std::vector<tenon::Array> &arrays, const char *what) {
  for (size_t i = 0; i < arrays.size(); ++i)
    if (!arrays[i].raw() && arrays[i].size())
      throw tenon::Error(std::string(what) + " " + std::to_string(i) + ": its data is null", tenon::Fault::Usage);
}
} // namespace

const char *tenon_last_error(void) { return lastError.c_str(); }

tenon_status tenon_program_load(const char *path, tenon_program **program) {
  return guarded([&] {
    require(path && program, "tenon_program_load: an argument is null");
    *program = new tenon_program{tenon::Program::load(path)};
  });
}

tenon_status tenon_program_wrap(const tenon_program_table *table, tenon_program **program) {
  return guarded([&] {
    require(program, "tenon_program_wrap: an argument is null");
    *program = new tenon_program{tenon::Program::wrap(table)};
  });
}

void tenon_program_free(tenon_program *program) { delete program; }

tenon_status tenon_session_create(tenon_program *program, int32_t threads, tenon_session **session) {
  return guarded([&] {
    require(program && session && threads >= 0, "tenon_session_create: an argument is null or negative");
    *session = new tenon_session{tenon::Session(program->program, {.threads = threads}), {}};
  });
}

void tenon_session_free(tenon_session *session) { delete session; }

tenon_status tenon_session_call(tenon_session *session, const char *entry, const tenon_array *inputs,
                                int32_t input_count, const tenon_array *outputs, int32_t output_count) {
  return guarded([&] {
    require(session && entry, "tenon_session_call: an argument is null");
    auto in = arrays(inputs, input_count, "input"), out = arrays(outputs, output_count, "output");
    requireData(in, "input");
    requireData(out, "output");
    session->session.call(entry, in, out);
  });
}

tenon_status tenon_session_output_dims(tenon_session *session, const char *entry, const tenon_array *inputs,
                                       int32_t input_count, int32_t output, int32_t *rank, int64_t *dims) {
  return guarded([&] {
    require(session && entry && rank && dims, "tenon_session_output_dims: an argument is null");
    auto shapes = session->session.outputShapes(entry, arrays(inputs, input_count, "input"));
    if (output < 0 || output >= static_cast<int32_t>(shapes.size()))
      throw tenon::Error("entry '" + std::string(entry) + "' has no output number " + std::to_string(output),
                         tenon::Fault::Usage);
    const tenon::Shape &shape = shapes[static_cast<size_t>(output)];
    if (shape.size() > 8)
      throw tenon::Error("output " + std::to_string(output) + " has more than 8 dimensions", tenon::Fault::Tenon);
    *rank = static_cast<int32_t>(shape.size());
    for (size_t i = 0; i < shape.size(); ++i)
      dims[i] = shape[i];
  });
}

tenon_status tenon_session_variable(tenon_session *session, const char *name, tenon_array *variable) {
  return guarded([&] {
    require(session && name && variable, "tenon_session_variable: an argument is null");
    auto &dims = session->dims;
    dims.resize(session->session.program().variables().size());
    tenon::Array array = session->session.variable(name);
    auto &shape = dims[static_cast<size_t>(session->session.program().variableIndex(name))];
    shape = array.shape();
    *variable = {array.raw(), static_cast<tenon_dtype>(array.dtype()), static_cast<int32_t>(shape.size()),
                 shape.data()};
  });
}

tenon_status tenon_session_weights_changed(tenon_session *session) {
  return guarded([&] {
    require(session, "tenon_session_weights_changed: the session is null");
    session->session.invalidatePrepared();
  });
}
