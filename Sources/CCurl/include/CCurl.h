#pragma once
#include <sys/select.h>

#include <curl/curl.h>

// libcurl is opened on first use: its thirty libraries would double the start-up time of every script.
// Returns NULL when libcurl is there, else why it is not (a string that lives forever).
const char *pix_curl_load(void);
const char *pix_curl_version(void);

CURL *pix_curl_easy_init(void);
void pix_curl_easy_cleanup(CURL *easy);
CURLcode pix_curl_easy_pause(CURL *easy, int bitmask);
const char *pix_curl_easy_strerror(CURLcode code);
CURLcode pix_curl_set_long(CURL *easy, CURLoption option, long value);
CURLcode pix_curl_set_pointer(CURL *easy, CURLoption option, const void *value);
// No other protocol, neither at first nor by a redirect; also where libcurl is older than 7.85.
/* What begins with TLS does not go on without it where `redirects_stay_secure` is not 0. */
void pix_curl_allow_web_only(CURL *easy, int redirects_stay_secure);
CURLcode pix_curl_set_data_function(
    CURL *easy, CURLoption option, size_t (*function)(char *, size_t, size_t, void *), void *context);
CURLcode pix_curl_set_socket_functions(
    CURL *easy, curl_socket_t (*open)(void *, curlsocktype, struct curl_sockaddr *),
    int (*close)(void *, curl_socket_t), void *context);
CURLcode pix_curl_response_code(CURL *easy, long *code);
CURLcode pix_curl_private(CURL *easy, void **value);

struct curl_slist *pix_curl_slist_append(struct curl_slist *list, const char *text);
void pix_curl_slist_free_all(struct curl_slist *list);

CURLM *pix_curl_multi_init(void);
CURLMcode pix_curl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode pix_curl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode pix_curl_multi_perform(CURLM *multi, int *running);
CURLMcode pix_curl_multi_poll(
    CURLM *multi, struct curl_waitfd *extra, unsigned int extras, int timeout_ms, int *ready);
CURLMsg *pix_curl_multi_info_read(CURLM *multi, int *remaining);
CURLcode pix_curl_message_result(const CURLMsg *message);

// socket(2) for an address libcurl chose.
curl_socket_t pix_curl_open_socket(const struct curl_sockaddr *address);

// A non-blocking, close-on-exec eventfd(2), to wake the multi handle's poll.
int pix_wakeup_descriptor(void);

// A close-on-exec memfd_create(2).
int pix_memory_descriptor(void);
