package dev.iambroker.emulator.fault;

/**
 * One way of lying each. Those that say <i>after the work</i> let the service act first (a refresh token is rotated, a passcode is
 * used up) and spoil the answer only; all others answer in the service's place, which then knows nothing of the request. A request
 * that departs from the pages is refused and recorded in any case.
 */
public enum Misbehaviour {
    NONE,

    /** 500 with a short text. */
    ERROR_500,
    /** 503 with a short text. */
    ERROR_503,
    /** 429 with {@code Retry-After} in seconds. */
    THROTTLE_429_SECONDS,
    /** 429 with {@code Retry-After} as an HTTP date. */
    THROTTLE_429_DATE,
    /** 429 without {@code Retry-After}. */
    THROTTLE_429_BARE,
    /** A proxy's HTML page with 502. */
    HTML_502,
    /** A captive portal's HTML page with 200. */
    HTML_200,
    EMPTY_200,
    EMPTY_500,
    /** To a place on another host, which must not be gone to. */
    REDIRECT_302,
    /** 200 and {@code application/json}, but the text ends in the middle. */
    INVALID_JSON,
    /** A TCP reset in place of an answer. */
    RESET,
    /** Never a byte; the connection stays open until the caller gives up. */
    HANG_AFTER_ACCEPT,
    /** A body without an end. */
    ENDLESS_BODY,

    /** After the work: an orderly close without a byte, so that the answer is lost. */
    CLOSE_BEFORE_ANSWER,
    /** After the work: the head promises the whole body, half of it comes, then the connection ends. */
    CUT_OFF_BODY,
    /** After the work: the connection ends within the head. */
    CUT_OFF_HEADERS,
    /** After the work: the head dribbles byte by byte. */
    SLOW_HEADERS,
    /** After the work: the body dribbles byte by byte. */
    SLOW_BODY,
    /** After the work: head and half of the body, then nothing. */
    STALL_BODY,
    /** After the work: the good answer as {@code text/plain}. */
    WRONG_CONTENT_TYPE,
    /** After the work: members that nobody has documented, of every JSON type. */
    UNKNOWN_FIELDS,
    /** After the work: neither {@code expires_in} nor {@code expiration}. */
    MISSING_LIFETIME,
    /** After the work: {@code expires_in} and {@code expiration} as strings. */
    NUMBERS_AS_STRINGS,
    /** After the work: no {@code refresh_token} member. */
    NO_REFRESH_TOKEN,
    /** After the work: {@code refresh_token} is {@code not_supported}. */
    NOT_SUPPORTED_REFRESH,
    /** After the work: no {@code access_token} and no {@code id_token}. */
    NO_TOKENS,

    /** After the work: no {@code id_token}, and nothing else changed. */
    NO_ID_TOKEN,
    /** After the work: an ID token of another issuer. Its signature is that of the good one, as for all of these. */
    ID_TOKEN_OTHER_ISSUER,
    /** After the work: an ID token for another audience than clusters. */
    ID_TOKEN_OTHER_AUDIENCE,
    /** After the work: an ID token with the claims of another account. */
    ID_TOKEN_OTHER_ACCOUNT,
    /** After the work: an ID token of yesterday. */
    ID_TOKEN_ENDED,

    BXNIM0106E,
    BXNIM0109E,
    BXNIM0308E,
    BXNIM0400E,
    BXNIM0407E,
    BXNIM0408E,
    BXNIM0410E,
    BXNIM0415E,
    BXNIM0439E,
    BXNIM0462E,
    BXNIM0602E,
    /** A code that no list has, with 400. */
    BXNIM9999E,

    /** The containers service cannot reach IAM: 503, to be tried later. */
    CONTAINERS_A0002,
    /** The containers service takes the token for no good one: 401. */
    CONTAINERS_A0003,
    /** The containers service knows no such cluster, in its newer words: 404. */
    CONTAINERS_G0004,
    /** The same in its older words: 404. */
    CONTAINERS_E0008,

    /** An OAuth server's redirect with {@code error=access_denied} in its fragment. */
    OAUTH_DENIED,
    /** An OAuth server's redirect with {@code error=server_error} in its fragment. */
    OAUTH_FAILED,
    /** An OAuth server's redirect to a page where people log in. */
    OAUTH_LOGIN_PAGE,
    /** After the work: an OAuth server's redirect, token and all, to another host. */
    OAUTH_ELSEWHERE,
    /** After the work: no {@code expires_in} in the fragment. */
    OAUTH_NO_LIFE,
    /** After the work: {@code expires_in=0}, of a token that does not end. */
    OAUTH_ENDLESS,
    /** After the work: a token of another type. */
    OAUTH_OTHER_TYPE,
    /** After the work: an API server that names an OAuth server at another host. */
    DOCUMENT_ELSEWHERE,
    /** After the work: an API server that names an OAuth server without TLS. */
    DOCUMENT_PLAIN,
    /** After the work: an API server that names no OAuth server. */
    DOCUMENT_SILENT
}
