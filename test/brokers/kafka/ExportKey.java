import java.io.File;
import java.security.KeyStore;
import java.util.Base64;

/** Prints the private key "client" of a key store as PEM (PKCS 8): what keytool cannot do. */
public final class ExportKey {
  public static void main(String[] args) throws Exception {
    char[] password = args[1].toCharArray();
    byte[] key = KeyStore.getInstance(new File(args[0]), password).getKey("client", password).getEncoded();
    System.out.println("-----BEGIN PRIVATE KEY-----");
    System.out.println(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key));
    System.out.println("-----END PRIVATE KEY-----");
  }
}
