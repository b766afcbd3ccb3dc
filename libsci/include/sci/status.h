/* SPDX-License-Identifier: BSD-3-Clause */
/* Status codes, their texts, and the detail that goes with a failure. */
#ifndef SCI_STATUS_H
#define SCI_STATUS_H

#if defined(__cplusplus)
#define SCI_EXTERN extern "C"
#else
#define SCI_EXTERN
#endif

#if defined(__GNUC__)
#define SCI_API SCI_EXTERN __attribute__((visibility("default")))
#define SCI_MUST_CHECK __attribute__((warn_unused_result))
#define SCI_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define SCI_API SCI_EXTERN
#define SCI_MUST_CHECK
#define SCI_PRINTF(text, first)
#endif

/* X(name, value, text). Values never change their meaning; new ones are added at the end. */
#define SCI_STATUS_LIST(X)                                      \
    X(SCI_OK, 0, "no error")                                    \
    X(SCI_ERR_NOMEM, -1, "out of memory")                       \
    X(SCI_ERR_ARGUMENT, -2, "invalid argument")                 \
    X(SCI_ERR_SHAPE, -3, "shapes do not agree")                 \
    X(SCI_ERR_TYPE, -4, "unsupported element type")             \
    X(SCI_ERR_IO, -5, "input or output failed")                 \
    X(SCI_ERR_NOSPACE, -6, "no space left for the output")      \
    X(SCI_ERR_FORMAT, -7, "damaged or unsupported file")        \
    X(SCI_ERR_UNSAFE, -8, "refused as unsafe")                  \
    X(SCI_ERR_NONFINITE, -9, "value is not finite")             \
    X(SCI_ERR_DEGENERATE, -10, "degenerate data")               \
    X(SCI_ERR_REFUSED, -11, "the inputs contradict each other") \
    X(SCI_ERR_BUDGET, -12, "the memory budget is too small")    \
    X(SCI_ERR_NOTFOUND, -13, "not found")                       \
    X(SCI_ERR_EXISTS, -14, "exists already")                    \
    X(SCI_ERR_INTERRUPTED, -15, "interrupted")

#define SCI_STATUS_ENUM(name, value, text) name = value,
typedef enum sci_status { SCI_STATUS_LIST(SCI_STATUS_ENUM) SCI_STATUS_END_ = 1 } sci_status;
#undef SCI_STATUS_ENUM

/* The general text of a status: "out of memory". Never NULL. */
SCI_API const char *sci_status_text(sci_status status);

/* The name of a status as written in this header: "SCI_ERR_NOMEM". Never NULL. */
SCI_API const char *sci_status_name(sci_status status);

/* Store the detail of a failure for this thread and return `status`. Called once, where the failure
 * is found; everyone above passes the code on. `format` as printf; lower case, names in quotes, no
 * full stop. At most 1023 bytes are kept. */
SCI_API sci_status sci_fail(sci_status status, const char *format, ...) SCI_PRINTF(2, 3);

/* The detail of this thread's last failure; "" if there is none. Valid until the next sci_fail. */
SCI_API const char *sci_message(void);

#endif
