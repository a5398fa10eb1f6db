#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo

static struct {
  CURLcode (*global_init)(long);
  char *(*version)(void);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *);
  CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
  CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
  CURLcode (*easy_pause)(CURL *, int);
  const char *(*easy_strerror)(CURLcode);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
  CURLM *(*multi_init)(void);
  CURLMcode (*multi_add_handle)(CURLM *, CURL *);
  CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
  CURLMcode (*multi_perform)(CURLM *, int *);
  CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned int, int, int *);
  CURLMsg *(*multi_info_read)(CURLM *, int *);
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure;

static void load(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    failure = "libcurl.so.4 is not installed; on Debian and Ubuntu: apt install libcurl4";
    return;
  }
#define RESOLVE(name)                                          \
  if (!(*(void **)&curl.name = dlsym(library, "curl_" #name))) { \
    failure = "this libcurl is too old: it has no curl_" #name;  \
    return;                                                      \
  }
  RESOLVE(global_init)
  RESOLVE(version)
  RESOLVE(easy_init)
  RESOLVE(easy_cleanup)
  RESOLVE(easy_setopt)
  RESOLVE(easy_getinfo)
  RESOLVE(easy_pause)
  RESOLVE(easy_strerror)
  RESOLVE(slist_append)
  RESOLVE(slist_free_all)
  RESOLVE(multi_init)
  RESOLVE(multi_add_handle)
  RESOLVE(multi_remove_handle)
  RESOLVE(multi_perform)
  RESOLVE(multi_poll)
  RESOLVE(multi_info_read)
#undef RESOLVE
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) failure = "libcurl could not initialize";
}

const char *pix_curl_load(void) {
  pthread_once(&once, load);
  return failure;
}

const char *pix_curl_version(void) { return curl.version(); }
CURL *pix_curl_easy_init(void) { return curl.easy_init(); }
void pix_curl_easy_cleanup(CURL *easy) { curl.easy_cleanup(easy); }
CURLcode pix_curl_easy_pause(CURL *easy, int bitmask) { return curl.easy_pause(easy, bitmask); }
const char *pix_curl_easy_strerror(CURLcode code) { return curl.easy_strerror(code); }

CURLcode pix_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl.easy_setopt(easy, option, value);
}

CURLcode pix_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl.easy_setopt(easy, option, value);
}

void pix_curl_allow_web_only(CURL *easy, int redirects_stay_secure) {
  const char *redirects = redirects_stay_secure ? "https" : "http,https";
  if (curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK) {
    curl.easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, redirects);
    return;
  }
  long protocols = CURLPROTO_HTTPS | (redirects_stay_secure ? 0 : CURLPROTO_HTTP);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  curl.easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  curl.easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, protocols);
#pragma GCC diagnostic pop
}

CURLcode pix_curl_set_data_function(
    CURL *easy, CURLoption option, size_t (*function)(char *, size_t, size_t, void *), void *context) {
  CURLcode code = curl.easy_setopt(easy, option, function);
  if (code != CURLE_OK) return code;
  return curl.easy_setopt(
      easy, option == CURLOPT_HEADERFUNCTION ? CURLOPT_HEADERDATA : CURLOPT_WRITEDATA, context);
}

CURLcode pix_curl_set_socket_functions(
    CURL *easy, curl_socket_t (*open)(void *, curlsocktype, struct curl_sockaddr *),
    int (*close)(void *, curl_socket_t), void *context) {
  CURLcode code = curl.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open);
  if (code == CURLE_OK) code = curl.easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
  if (code == CURLE_OK) code = curl.easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
  if (code == CURLE_OK) code = curl.easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
  return code;
}

CURLcode pix_curl_response_code(CURL *easy, long *code) {
  return curl.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, code);
}

CURLcode pix_curl_private(CURL *easy, void **value) {
  return curl.easy_getinfo(easy, CURLINFO_PRIVATE, value);
}

struct curl_slist *pix_curl_slist_append(struct curl_slist *list, const char *text) {
  return curl.slist_append(list, text);
}

void pix_curl_slist_free_all(struct curl_slist *list) { curl.slist_free_all(list); }
CURLM *pix_curl_multi_init(void) { return curl.multi_init(); }
CURLMcode pix_curl_multi_add_handle(CURLM *multi, CURL *easy) { return curl.multi_add_handle(multi, easy); }

CURLMcode pix_curl_multi_remove_handle(CURLM *multi, CURL *easy) {
  return curl.multi_remove_handle(multi, easy);
}

CURLMcode pix_curl_multi_perform(CURLM *multi, int *running) { return curl.multi_perform(multi, running); }

CURLMcode pix_curl_multi_poll(
    CURLM *multi, struct curl_waitfd *extra, unsigned int extras, int timeout_ms, int *ready) {
  return curl.multi_poll(multi, extra, extras, timeout_ms, ready);
}

CURLMsg *pix_curl_multi_info_read(CURLM *multi, int *remaining) {
  return curl.multi_info_read(multi, remaining);
}

CURLcode pix_curl_message_result(const CURLMsg *message) { return message->data.result; }

curl_socket_t pix_curl_open_socket(const struct curl_sockaddr *address) {
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int pix_wakeup_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int pix_memory_descriptor(void) { return (int)syscall(SYS_memfd_create, "pixcrawler", 1u /* MFD_CLOEXEC */); }
