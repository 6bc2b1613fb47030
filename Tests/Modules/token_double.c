/*
 * A PKCS#11 module for tests, with one token, Double, and one AES key, master. What it encrypts is worth nothing.
 *
 * TOKEN_DOUBLE names a directory. A file there has the module do something, once (the file goes) unless said otherwise:
 *   crash   ends the process by a signal within the next operation
 *   hang    never returns from the next operation
 *   lose    forgets all sessions and the login
 *   absent  has no token, as long as the file is there
 *   broken  returns errors from operations, as long as the file is there
 *   exposed has a key that may leave the token, as long as the file is there
 *   other   has another key of the same name, as long as the file is there
 * Each login adds a line to the file `logins` there. The PIN is 1234.
 */
#include <p11-kit-1/p11-kit/pkcs11.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOT = 3, KEY = 9, SESSIONS = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_open[SESSIONS];
static int is_logged_in;
static CK_MECHANISM operations[SESSIONS];
static CK_GCM_PARAMS parameters[SESSIONS];
static unsigned char nonces[SESSIONS][16];
static unsigned char data[SESSIONS][256];
static int finds[SESSIONS];

static int
stands (const char *name, int remains)
{
  char path[4096];
  const char *directory = getenv ("TOKEN_DOUBLE");
  if (NULL == directory)
    return 0;
  snprintf (path, sizeof path, "%s/%s", directory, name);
  return remains ? 0 == access (path, F_OK) : 0 == unlink (path);
}

static void
note_login (void)
{
  char path[4096];
  const char *directory = getenv ("TOKEN_DOUBLE");
  if (NULL == directory)
    return;
  snprintf (path, sizeof path, "%s/logins", directory);
  int file = open (path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file < 0)
    return;
  if (write (file, "login\n", 6) != 6)
    abort ();
  close (file);
}

static CK_RV
misbehave (CK_SESSION_HANDLE session)
{
  if (stands ("crash", 0))
    {
      signal (SIGSEGV, SIG_DFL);
      raise (SIGSEGV);
    }
  if (stands ("hang", 0))
    for (;;)
      pause ();
  CK_RV result = CKR_OK;
  pthread_mutex_lock (&lock);
  if (stands ("lose", 0))
    {
      memset (is_open, 0, sizeof is_open);
      is_logged_in = 0;
    }
  if (session >= SESSIONS || ! is_open[session])
    result = CKR_SESSION_HANDLE_INVALID;
  else if (! is_logged_in)
    result = CKR_USER_NOT_LOGGED_IN;
  else if (stands ("broken", 1))
    result = CKR_DEVICE_ERROR;
  pthread_mutex_unlock (&lock);
  return result;
}

static CK_RV
initialize (void *arguments)
{
  (void) arguments;
  return CKR_OK;
}

static CK_RV
get_slot_list (unsigned char present, CK_SLOT_ID *list, unsigned long *count)
{
  unsigned long found = present && stands ("absent", 1) ? 0 : 1;
  if (NULL != list && found > 0)
    {
      if (*count < found)
        return CKR_BUFFER_TOO_SMALL;
      list[0] = SLOT;
    }
  *count = found;
  return CKR_OK;
}

static void
fill (unsigned char *place, size_t length, const char *text)
{
  memset (place, ' ', length);
  memcpy (place, text, strlen (text));
}

static CK_RV
get_token_info (CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
  if (SLOT != slot)
    return CKR_SLOT_ID_INVALID;
  memset (info, 0, sizeof *info);
  fill (info->label, sizeof info->label, "Double");
  fill (info->manufacturerID, sizeof info->manufacturerID, "Keyway");
  fill (info->model, sizeof info->model, "double");
  fill (info->serialNumber, sizeof info->serialNumber, "0001");
  info->flags = CKF_LOGIN_REQUIRED | CKF_TOKEN_INITIALIZED;
  return CKR_OK;
}

static CK_RV
open_session (CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
  (void) slot, (void) flags, (void) application, (void) notify;
  CK_RV result = CKR_SESSION_COUNT;
  pthread_mutex_lock (&lock);
  for (int place = 1; place < SESSIONS; place++)
    if (! is_open[place])
      {
        is_open[place] = 1;
        *session = (CK_SESSION_HANDLE) place;
        result = CKR_OK;
        break;
      }
  pthread_mutex_unlock (&lock);
  return result;
}

static CK_RV
close_all_sessions (CK_SLOT_ID slot)
{
  (void) slot;
  pthread_mutex_lock (&lock);
  memset (is_open, 0, sizeof is_open);
  is_logged_in = 0;
  pthread_mutex_unlock (&lock);
  return CKR_OK;
}

static CK_RV
login (CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin, unsigned long length)
{
  (void) session, (void) user;
  note_login ();
  if (4 != length || 0 != memcmp (pin, "1234", 4))
    return CKR_PIN_INCORRECT;
  is_logged_in = 1;
  return CKR_OK;
}

static CK_RV
find_init (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, unsigned long count)
{
  finds[session] = 1;
  for (unsigned long i = 0; i < count; i++)
    if (CKA_LABEL == template[i].type
        && (6 != template[i].ulValueLen || 0 != memcmp (template[i].pValue, "master", 6)))
      finds[session] = 0;
  return CKR_OK;
}

static CK_RV
find (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, unsigned long most, unsigned long *count)
{
  *count = finds[session] && most > 0 ? 1 : 0;
  if (*count > 0)
    objects[0] = KEY;
  return CKR_OK;
}

static CK_RV
find_final (CK_SESSION_HANDLE session)
{
  (void) session;
  return CKR_OK;
}

static CK_RV
get_attribute (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, unsigned long count)
{
  (void) session, (void) object, (void) count;
  *(unsigned char *) template[0].pValue
    = CKA_SENSITIVE == template[0].type ? 1 : (CKA_EXTRACTABLE == template[0].type && stands ("exposed", 1));
  return CKR_OK;
}

static CK_RV
begin (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
  CK_RV result = misbehave (session);
  if (CKR_OK != result)
    return result;
  if (CKM_AES_GCM != mechanism->mechanism || KEY != key)
    return CKR_MECHANISM_INVALID;
  CK_GCM_PARAMS *given = mechanism->pParameter;
  if (12 != given->ulIvLen || 128 != given->ulTagBits || given->ulAADLen > sizeof data[session])
    return CKR_MECHANISM_PARAM_INVALID;
  operations[session] = *mechanism;
  parameters[session] = *given;
  memcpy (nonces[session], given->pIv, 12);
  memcpy (data[session], given->pAAD, given->ulAADLen);
  return CKR_OK;
}

/* A stream and a tag that depend on key, nonce, associated data and text. */
static uint64_t
mix (uint64_t state, const unsigned char *bytes, size_t count)
{
  for (size_t i = 0; i < count; i++)
    state = (state ^ bytes[i]) * 0x100000001b3u;
  return state ^ state >> 29;
}

static void
stream (CK_SESSION_HANDLE session, const unsigned char *from, size_t count, unsigned char *to)
{
  uint64_t state = mix (stands ("other", 1) ? 77 : 42, nonces[session], 12);
  for (size_t i = 0; i < count; i++)
    {
      unsigned char place = (unsigned char) i;
      state = mix (state, &place, 1);
      to[i] = from[i] ^ (unsigned char) (state >> 13);
    }
}

static void
make_tag (CK_SESSION_HANDLE session, const unsigned char *text, size_t count, unsigned char *tag)
{
  uint64_t state = mix (stands ("other", 1) ? 78 : 43, nonces[session], 12);
  state = mix (state, data[session], parameters[session].ulAADLen);
  for (int half = 0; half < 2; half++)
    {
      state = mix (state, text, count);
      memcpy (tag + 8 * half, &state, 8);
    }
}

static CK_RV
encrypt (CK_SESSION_HANDLE session, unsigned char *text, unsigned long count, unsigned char *out, unsigned long *length)
{
  if (*length < count + 16)
    return CKR_BUFFER_TOO_SMALL;
  stream (session, text, count, out);
  make_tag (session, text, count, out + count);
  *length = count + 16;
  return CKR_OK;
}

static CK_RV
decrypt (CK_SESSION_HANDLE session, unsigned char *text, unsigned long count, unsigned char *out, unsigned long *length)
{
  unsigned char tag[16];
  if (count < 16 || *length < count - 16)
    return CKR_BUFFER_TOO_SMALL;
  stream (session, text, count - 16, out);
  make_tag (session, out, count - 16, tag);
  /* As SoftHSM says it. */
  if (0 != memcmp (tag, text + count - 16, 16))
    return CKR_GENERAL_ERROR;
  *length = count - 16;
  return CKR_OK;
}

static CK_FUNCTION_LIST functions = {
  .version = { 2, 40 },
  .C_Initialize = initialize,
  .C_GetSlotList = get_slot_list,
  .C_GetTokenInfo = get_token_info,
  .C_OpenSession = open_session,
  .C_CloseAllSessions = close_all_sessions,
  .C_Login = login,
  .C_FindObjectsInit = find_init,
  .C_FindObjects = find,
  .C_FindObjectsFinal = find_final,
  .C_GetAttributeValue = get_attribute,
  .C_EncryptInit = begin,
  .C_Encrypt = encrypt,
  .C_DecryptInit = begin,
  .C_Decrypt = decrypt,
};

CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **list)
{
  *list = &functions;
  return CKR_OK;
}
