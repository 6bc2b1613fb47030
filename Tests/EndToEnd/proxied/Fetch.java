import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Asks a URL through the proxy of Java's properties, with the user of HTTPS_PROXY. */
public class Fetch {
    public static void main(String[] arguments) throws Exception {
        String[] pair = URI.create(System.getenv("HTTPS_PROXY")).getUserInfo().split(":", 2);
        Authenticator authenticator = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(pair[0], pair[1].toCharArray());
            }
        };
        HttpClient client = HttpClient.newBuilder().authenticator(authenticator).build();
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(arguments[0])).header("Authorization", "Bearer dummy").build();
        var response = client.send(request, BodyHandlers.ofString());
        System.out.println(response.statusCode() + " " + response.version());
    }
}
